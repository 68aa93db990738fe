package dev.caravan.cli;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** How far a batch is, as a line of text. Not thread-safe. */
final class ProgressBar {
    /** The rate is that of the last while: a batch is not equally fast all the time. */
    private static final Duration WHILE = Duration.ofSeconds(30);
    private static final int WIDEST_BAR = 40;
    private static final int NARROWEST_BAR = 5;
    private static final double NANOS = 1e9;
    private static final int PERCENT = 100;

    private final Deque<Sample> samples = new ArrayDeque<>();

    private record Sample(long nanos, MessageBatch.Progress progress) {}

    /**
     * Notes how far it is.
     *
     * @param nanos when that was, as {@link System#nanoTime()} tells it
     */
    void note(MessageBatch.Progress progress, long nanos) {
        while (samples.size() > 1 && nanos - samples.getFirst().nanos() > WHILE.toNanos()) {
            samples.removeFirst();
        }
        samples.addLast(new Sample(nanos, progress));
    }

    /** The line without a bar; empty while nothing is known. */
    String text() {
        return texts().getFirst();
    }

    /** The line with a bar, at most this wide; what does not fit is left out, the bar first. */
    String line(int columns) {
        for (String text : texts()) {
            if (text.length() <= columns) {
                int bar = Math.min(WIDEST_BAR, columns - text.length() - 1);
                return bar < NARROWEST_BAR ? text : bar(bar) + " " + text;
            }
        }
        return "";
    }

    /** From the longest to the shortest. */
    private List<String> texts() {
        if (samples.isEmpty()) {
            return List.of("");
        }
        MessageBatch.Progress progress = samples.getLast().progress();
        String percent = (long) progress.done() * PERCENT / progress.total() + " %";
        String count = BatchCounts.number(progress.done()) + "/" + BatchCounts.number(progress.total()) + "  "
                + percent;
        OptionalDouble rate = rate();
        if (rate.isEmpty()) {
            return List.of(count, percent);
        }
        String speed = count + "  " + perSecond(rate.getAsDouble());
        return left(progress, rate.getAsDouble()).map(left -> List.of(speed + "  " + left, speed, count, percent))
                .orElse(List.of(speed, count, percent));
    }

    private String bar(int width) {
        MessageBatch.Progress progress = samples.getLast().progress();
        int full = (int) ((long) progress.done() * width / progress.total());
        return "█".repeat(full) + "░".repeat(width - full);
    }

    private OptionalDouble rate() {
        Sample first = samples.getFirst();
        Sample last = samples.getLast();
        long nanos = last.nanos() - first.nanos();
        return nanos <= 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(Math.max(0, last.progress().done() - first.progress().done()) * NANOS / nanos);
    }

    private static String perSecond(double rate) {
        return rate >= 10 || rate == 0
                ? BatchCounts.number(Math.round(rate)) + "/s"
                : String.format(Locale.ROOT, "%.1f/s", rate);
    }

    private static Optional<String> left(MessageBatch.Progress progress, double rate) {
        int requests = progress.total() - progress.done();
        return requests == 0 || rate == 0
                ? Optional.empty()
                : Optional.of(Spans.text(Duration.ofSeconds((long) Math.ceil(requests / rate))) + " left");
    }
}
