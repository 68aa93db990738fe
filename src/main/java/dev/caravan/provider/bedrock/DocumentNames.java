package dev.caravan.provider.bedrock;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Names for the documents of one request. Bedrock wants one for each, no two alike, of letters, digits, hyphens, round and square
 * brackets and single spaces, at most 200 characters. A document's name depends on its title and on the documents before it. Not
 * thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html">AWS: DocumentBlock</a>
 */
final class DocumentNames {
    private static final int LONGEST = 200;
    /** Room for the number that tells documents of one title apart. */
    private static final int NUMBER = 10;

    private final Set<String> taken = new HashSet<>();
    /** The number that a name was given last; beginning at 2 each time would take hours for as many as a request can hold. */
    private final Map<String, Integer> numbers = new HashMap<>();

    /** A name for the next document. */
    String next(String title) {
        String name = title == null
                ? ""
                : title.replaceAll("[^A-Za-z0-9 ()\\[\\]-]", " ").replaceAll(" +", " ").strip();
        if (name.length() > LONGEST - NUMBER) {
            name = name.substring(0, LONGEST - NUMBER).strip();
        }
        if (name.isEmpty()) {
            name = "document";
        }
        String free = name;
        while (!taken.add(free)) {
            free = name + " (" + numbers.merge(name, 2, (last, first) -> last + 1) + ")";
        }
        return free;
    }
}
