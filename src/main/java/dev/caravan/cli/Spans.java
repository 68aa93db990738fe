package dev.caravan.cli;

import java.time.Duration;

/** Spans of time for people. */
final class Spans {
    private static final int SIXTY = 60;
    private static final int HOURS_OF_A_DAY = 24;

    private Spans() {}

    /** The two largest units: {@code 45 s}, {@code 3 min 20 s}, {@code 2 h 5 min}, {@code 3 d 4 h}. A negative span is {@code 0 s}. */
    static String text(Duration span) {
        long seconds = Math.max(0, span.toSeconds());
        long minutes = seconds / SIXTY;
        long hours = minutes / SIXTY;
        long days = hours / HOURS_OF_A_DAY;
        if (days > 0) {
            return pair(days, "d", hours % HOURS_OF_A_DAY, "h");
        }
        if (hours > 0) {
            return pair(hours, "h", minutes % SIXTY, "min");
        }
        return minutes > 0 ? pair(minutes, "min", seconds % SIXTY, "s") : seconds + " s";
    }

    private static String pair(long large, String largeUnit, long small, String smallUnit) {
        return large + " " + largeUnit + (small == 0 ? "" : " " + small + " " + smallUnit);
    }
}
