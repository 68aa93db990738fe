package dev.caravan.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds the valid name that somebody meant who wrote another. */
final class NearestName {

    private static final int LONGEST = 64;
    private static final int MOST_LISTED = 30;

    private NearestName() {}

    /** The valid name that is near, by its spelling or as a word of the other ({@code url} for {@code base-url}). */
    static Optional<String> of(String given, Collection<String> valid) {
        return bySpelling(given, valid).or(() -> byWord(given, valid));
    }

    /**
     * The valid name that is spelt nearest to the given one, when one is near: alike but for case, {@code _} and
     * {@code -}, or no more than a third of its letters away.
     */
    static Optional<String> bySpelling(String given, Collection<String> valid) {
        String plain = plain(given);
        String nearest = null;
        int least = Integer.MAX_VALUE;
        for (String name : valid) {
            int shorter = Math.min(given.length(), name.length());
            if (given.length() > LONGEST || name.length() > LONGEST) {
                continue;
            }
            int distance = distance(plain, plain(name));
            if (distance < shorter && distance <= Math.max(1, shorter / 3) && distance < least) {
                nearest = name;
                least = distance;
            }
        }
        return Optional.ofNullable(nearest);
    }

    private static Optional<String> byWord(String given, Collection<String> valid) {
        return valid.stream().filter(name -> isPart(plain(given), plain(name)) || isPart(plain(name), plain(given)))
                .findFirst();
    }

    /** What follows a wrong name in a message: the nearest valid one, when one is near, and all of them. */
    static String suggestion(String given, Collection<String> valid) {
        String nearest = of(given, valid).map(name -> "; did you mean `" + Found.printable(name) + "`?").orElse(".");
        String all = valid.stream().limit(MOST_LISTED).map(Found::printable).collect(Collectors.joining(", "));
        return nearest + " Valid: " + (valid.isEmpty() ? "none" : all) + (valid.size() > MOST_LISTED ? ", …" : "");
    }

    private static boolean isPart(String part, String whole) {
        return part.length() >= 3 && (whole.startsWith(part) || whole.endsWith(part));
    }

    private static String plain(String name) {
        return name.replace("-", "").replace("_", "").replace(" ", "").toLowerCase(Locale.ROOT);
    }

    /** Optimal string alignment: insertions, deletions, replacements and swaps of neighbours each count one. */
    static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            d[i][0] = i;
        }
        for (int j = 0; j <= b.length(); j++) {
            d[0][j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            for (int j = 1; j <= b.length(); j++) {
                int replace = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                d[i][j] = Math.min(replace, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
