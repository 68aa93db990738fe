package dev.caravan.demo;

import java.util.List;

/**
 * Watches a text that comes in pieces for stop sequences, wherever the pieces are cut. Text is held back only as long as it may
 * be the beginning of a stop sequence. The sequence that is complete first is the match; of several that end with the same
 * character the longest. Each sequence is followed with the Knuth-Morris-Pratt automaton, so the time is linear in the text.
 *
 * <p>Not safe for use by several threads.
 */
final class StopSequences {
    private final String[] stops;
    /** For each stop sequence and length of a matched beginning: the next shorter beginning that it ends with. */
    private final int[][] shorter;
    /** For each stop sequence: how much of its beginning the text so far ends with. */
    private final int[] matched;
    private final StringBuilder held = new StringBuilder();
    private String found;

    /** @param sequences the stop sequences; empty ones are ignored */
    StopSequences(List<String> sequences) {
        int count = 0;
        for (String sequence : sequences) {
            count += sequence.isEmpty() ? 0 : 1;
        }
        stops = new String[count];
        shorter = new int[count][];
        matched = new int[count];
        for (String sequence : sequences) {
            if (!sequence.isEmpty()) {
                stops[--count] = sequence;
                shorter[count] = shorterBeginnings(sequence);
            }
        }
    }

    private static int[] shorterBeginnings(String stop) {
        int[] shorter = new int[stop.length()];
        for (int i = 1, length = 0; i < stop.length(); i++) {
            shorter[i] = length;
            while (length > 0 && stop.charAt(i) != stop.charAt(length)) {
                length = shorter[length];
            }
            length += stop.charAt(i) == stop.charAt(length) ? 1 : 0;
        }
        return shorter;
    }

    /**
     * Takes the next piece of the text.
     *
     * @return what can be shown now: neither part of the match nor possibly the beginning of one; empty if nothing can, and
     *         always once there was a match
     */
    String feed(String piece) {
        if (found != null) {
            return "";
        }
        int keep = 0;
        for (int i = 0; i < piece.length() && found == null; i++) {
            held.append(piece.charAt(i));
            keep = follow(piece.charAt(i));
        }
        return take(piece.isEmpty() ? 0 : held.length() - keep);
    }

    /** Moves all automata on by one character; returns the length of the longest beginning, or match, that the text ends with. */
    private int follow(char c) {
        int longest = 0;
        for (int s = 0; s < stops.length; s++) {
            String stop = stops[s];
            int length = matched[s];
            while (length > 0 && stop.charAt(length) != c) {
                length = shorter[s][length];
            }
            length += stop.charAt(length) == c ? 1 : 0;
            matched[s] = length;
            if (length == stop.length() && (found == null || length > found.length())) {
                found = stop;
            }
            longest = Math.max(longest, length);
        }
        return found == null ? longest : found.length();
    }

    /** The stop sequence that was found, or null as long as there is none. */
    String found() {
        return found;
    }

    /** What is still held back when the text has ended; empty after a match. */
    String rest() {
        return found == null ? take(held.length()) : "";
    }

    private String take(int length) {
        String taken = held.substring(0, length);
        held.delete(0, length);
        return taken;
    }
}
