package dev.caravan.chatcompletions;

import java.util.HashMap;
import java.util.Map;

/**
 * Where the fields of a translated request came from, so that what is said of {@code messages.1.content.0} behind the door is
 * told as {@code messages[2].tool_calls[0]} to its client. Filled by one thread, then only read.
 */
final class FieldPaths {
    private final Map<String, String> origins = new HashMap<>();

    /**
     * Notes where a field came from.
     *
     * @param path the field in the Messages API, as in {@code messages.1.content.0}
     * @param origin the field in the client's request
     */
    void put(String path, String origin) {
        origins.put(path, origin);
    }

    /** The path in the client's request; one that was never noted keeps its words and gets the client's brackets. */
    String origin(String path) {
        for (int end = path.length(); end > 0; end = path.lastIndexOf('.', end - 1)) {
            String origin = origins.get(path.substring(0, end));
            if (origin != null) {
                return origin + bracketed(path.substring(end));
            }
        }
        return bracketed(path);
    }

    private static String bracketed(String path) {
        return path.replaceAll("\\.(\\d+)(?=\\.|$)", "[$1]");
    }
}
