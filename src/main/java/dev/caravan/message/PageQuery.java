package dev.caravan.message;

import java.util.List;
import java.util.Map;

/**
 * Which page of a list a client asks for.
 *
 * @param limit    how many entries it may have
 * @param afterId  the entry that it follows, null for the start of the list or when {@code beforeId} is given
 * @param beforeId the entry that it ends before, null when it does not matter
 * @see <a href="https://platform.claude.com/docs/en/api/models-list">Anthropic: List models</a>
 */
public record PageQuery(int limit, String afterId, String beforeId) {
    /** The most entries of a page. */
    public static final int MAX_LIMIT = 1_000;
    /** How many it has when the client does not say. */
    public static final int DEFAULT_LIMIT = 20;

    /**
     * Reads {@code limit}, {@code after_id} and {@code before_id}; others do not matter.
     *
     * @param query        the part of the URL behind {@code ?}, empty when there is none
     * @param defaultLimit the limit when none is given
     * @throws ApiException 400 naming what is not as it should be
     */
    public static PageQuery of(String query, int defaultLimit) {
        Map<String, String> values = UrlQuery.parse(query);
        String after = values.get("after_id");
        String before = values.get("before_id");
        if (after != null && before != null) {
            throw ApiException.invalid("before_id", "cannot be given together with after_id");
        }
        return new PageQuery(limit(values.get("limit"), defaultLimit), after, before);
    }

    /** How many entries to look for: one more than the page may have tells whether there are more. */
    public int lookFor() {
        return limit + 1;
    }

    /** Whether there are more in the direction in which the client pages, when {@link #lookFor()} entries were looked for. */
    public boolean hasMore(List<?> found) {
        return found.size() > limit;
    }

    /** The page's entries: of those that were found, in the order of the list, the ones next to the entry that it is asked by. */
    public <T> List<T> page(List<T> found) {
        int from = beforeId != null && hasMore(found) ? 1 : 0;
        return found.subList(from, Math.min(found.size(), from + limit));
    }

    private static int limit(String text, int otherwise) {
        if (text == null) {
            return otherwise;
        }
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= MAX_LIMIT) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // told below, like a number out of range
        }
        throw ApiException.invalid("limit", "expected an integer from 1 to " + MAX_LIMIT);
    }
}
