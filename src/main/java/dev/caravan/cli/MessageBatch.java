package dev.caravan.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpHeaders;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A batch as the server tells it.
 *
 * @param status {@code in_progress}, {@code canceling} or {@code ended}
 * @param progress how far it is, while it is not ended, from a server that tells
 * @see <a href="https://platform.claude.com/docs/en/api/messages/batches/retrieve">Anthropic: Retrieve a Message Batch</a>
 */
record MessageBatch(String id, String status, BatchCounts counts, Optional<Instant> created, Optional<Instant> expires,
        Optional<Instant> ended, Optional<Progress> progress) {
    /** The header in which Caravan tells how far a batch is: the API's own counts stay 0 until it has ended. */
    private static final String PROGRESS = "caravan-progress";
    private static final Pattern DONE_OF_TOTAL = Pattern.compile("([0-9]{1,9})/([0-9]{1,9})");
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,128}");

    /** How many requests of a batch are finished, of how many. */
    record Progress(int done, int total) {}

    /** Reads an answer. */
    static MessageBatch of(GatewayClient.Answer.Ok answer) throws CommandFailure {
        return of(answer.body(), progress(answer.headers()));
    }

    /** Reads an entry of a list. */
    static MessageBatch of(JsonNode json) throws CommandFailure {
        return of(json, Optional.empty());
    }

    private static MessageBatch of(JsonNode json, Optional<Progress> progress) throws CommandFailure {
        String id = json.path("id").asText();
        String status = json.path("processing_status").asText();
        if (!isId(id) || status.isEmpty() || !json.path("request_counts").isObject()) {
            throw new CommandFailure("the answer is no batch of the Message Batches API; is this Caravan?");
        }
        return new MessageBatch(id, TerminalText.line(status, 40), BatchCounts.of(json.path("request_counts")),
                time(json, "created_at"), time(json, "expires_at"), time(json, "ended_at"), progress);
    }

    /** Whether this can be the id of a batch, and so a part of a path. */
    static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    boolean isEnded() {
        return status.equals("ended");
    }

    private static Optional<Progress> progress(HttpHeaders headers) {
        Matcher progress = DONE_OF_TOTAL.matcher(headers.firstValue(PROGRESS).orElse(""));
        if (!progress.matches()) {
            return Optional.empty();
        }
        int done = Integer.parseInt(progress.group(1));
        int total = Integer.parseInt(progress.group(2));
        return total > 0 && done <= total ? Optional.of(new Progress(done, total)) : Optional.empty();
    }

    private static Optional<Instant> time(JsonNode json, String field) {
        try {
            return json.path(field).isTextual()
                    ? Optional.of(OffsetDateTime.parse(json.path(field).asText()).toInstant())
                    : Optional.empty();
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
