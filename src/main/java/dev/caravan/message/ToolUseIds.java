package dev.caravan.message;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The ids of one message's tool calls, of which no two are the same: a result names the call that it answers. Not thread-safe. */
final class ToolUseIds {
    private final Set<String> given = new HashSet<>();
    /** The number that the repetition of an id got last. */
    private final Map<String, Integer> repetitions = new HashMap<>();

    /** The id for a call: the provider's, made to conform; another where it was given before, or where there is none (null). */
    String unique(String id) {
        String wanted = id == null ? Ids.toolUse() : Ids.conformingToolUse(id);
        String unique = wanted;
        while (!given.add(unique)) {
            unique = wanted + "_" + repetitions.merge(wanted, 2, (last, first) -> last + 1);
        }
        return unique;
    }
}
