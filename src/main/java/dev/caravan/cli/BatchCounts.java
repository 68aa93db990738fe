package dev.caravan.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How many requests of a batch are in which state. */
record BatchCounts(long processing, long succeeded, long errored, long canceled, long expired) {
    static final BatchCounts NONE = new BatchCounts(0, 0, 0, 0, 0);

    /** Reads the API's {@code request_counts}. */
    static BatchCounts of(JsonNode json) {
        return new BatchCounts(json.path("processing").asLong(), json.path("succeeded").asLong(),
                json.path("errored").asLong(), json.path("canceled").asLong(), json.path("expired").asLong());
    }

    /**
     * With one result more.
     *
     * @param type the result's type
     * @throws CommandFailure when there is no such type
     */
    BatchCounts plus(String type) throws CommandFailure {
        return switch (type) {
            case "succeeded" -> new BatchCounts(processing, succeeded + 1, errored, canceled, expired);
            case "errored" -> new BatchCounts(processing, succeeded, errored + 1, canceled, expired);
            case "canceled" -> new BatchCounts(processing, succeeded, errored, canceled + 1, expired);
            case "expired" -> new BatchCounts(processing, succeeded, errored, canceled, expired + 1);
            default -> throw new CommandFailure("a result of the unknown type " + TerminalText.line(type, 40));
        };
    }

    long total() {
        return processing + succeeded + errored + canceled + expired;
    }

    boolean allSucceeded() {
        return succeeded == total();
    }

    /** {@code 2,000 requests: 1,998 succeeded, 2 errored}. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        add(parts, processing, "processing");
        add(parts, succeeded, "succeeded");
        add(parts, errored, "errored");
        add(parts, canceled, "canceled");
        add(parts, expired, "expired");
        return parts.isEmpty() ? requests() : requests() + ": " + String.join(", ", parts);
    }

    /** {@code 2,000 requests}. */
    String requests() {
        return number(total()) + (total() == 1 ? " request" : " requests");
    }

    private static void add(List<String> parts, long count, String state) {
        if (count > 0) {
            parts.add(number(count) + " " + state);
        }
    }

    /** {@code 1,234}. */
    static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
