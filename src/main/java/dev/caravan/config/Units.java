package dev.caravan.config;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations ({@code 500ms 10s 2m 1h}) and sizes ({@code 64KB 32MB 1GB}, 1KB being 1024 bytes) as texts. */
public final class Units {

    static final String A_DURATION = "a duration such as 500ms, 10s, 2m or 1h";
    static final String A_SIZE = "a size such as 64KB, 32MB or 1GB";

    private static final Pattern DURATION = Pattern.compile("([0-9]{1,12})(ms|s|m|h)");
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})(KB|MB|GB)");
    private static final Pattern LOOSE = Pattern.compile("([0-9]{1,9})\\s*([a-zA-Z]*)");

    private static final Map<String, String> DURATION_WORDS = Map.ofEntries(Map.entry("", "s"), Map.entry("ms", "ms"),
            Map.entry("millis", "ms"), Map.entry("milliseconds", "ms"), Map.entry("s", "s"), Map.entry("sec", "s"),
            Map.entry("secs", "s"), Map.entry("second", "s"), Map.entry("seconds", "s"), Map.entry("m", "m"),
            Map.entry("min", "m"), Map.entry("mins", "m"), Map.entry("minute", "m"), Map.entry("minutes", "m"),
            Map.entry("h", "h"), Map.entry("hr", "h"), Map.entry("hour", "h"), Map.entry("hours", "h"));
    private static final Map<String, String> SIZE_WORDS = Map.ofEntries(Map.entry("k", "KB"), Map.entry("kb", "KB"),
            Map.entry("kib", "KB"), Map.entry("m", "MB"), Map.entry("mb", "MB"), Map.entry("mib", "MB"),
            Map.entry("g", "GB"), Map.entry("gb", "GB"), Map.entry("gib", "GB"));

    private Units() {}

    /** A duration; empty when the text is none. */
    public static Optional<Duration> duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long count = Long.parseLong(matcher.group(1));
        return Optional.of(switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            default -> Duration.ofHours(count);
        });
    }

    /** A size in bytes; empty when the text is none. */
    public static Optional<Long> size(String text) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long count = Long.parseLong(matcher.group(1));
        return Optional.of(switch (matcher.group(2)) {
            case "KB" -> count << 10;
            case "MB" -> count << 20;
            default -> count << 30;
        });
    }

    /** What somebody meant who wrote {@code 10 sec} or {@code 10}. */
    static Optional<String> durationMeantBy(String text) {
        return meant(text, DURATION_WORDS);
    }

    /** What somebody meant who wrote {@code 32 mb} or {@code 32M}. */
    static Optional<String> sizeMeantBy(String text) {
        return meant(text, SIZE_WORDS);
    }

    private static Optional<String> meant(String text, Map<String, String> words) {
        Matcher matcher = LOOSE.matcher(text.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return Optional.ofNullable(words.get(matcher.group(2).toLowerCase(Locale.ROOT)))
                .map(unit -> matcher.group(1) + unit);
    }

    /** A size as it would be written in the file. */
    static String sizeText(long bytes) {
        if (bytes % (1L << 30) == 0) {
            return (bytes >> 30) + "GB";
        }
        return bytes % (1L << 20) == 0 ? (bytes >> 20) + "MB" : (bytes >> 10) + "KB";
    }
}
