package dev.caravan.queue.batch;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.message.MessageJson;
import dev.caravan.queue.store.Batch;
import dev.caravan.queue.store.BatchResult;
import dev.caravan.queue.store.BatchState;
import dev.caravan.queue.store.RequestCounts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/**
 * Batches and their results as the JSON that the Message Batches API has for them, in UTF-8. Thread-safe.
 *
 * @see <a href="https://platform.claude.com/docs/en/api/messages/batches/retrieve">Anthropic: Retrieve a Message Batch</a>
 */
public final class BatchJson {
    /** RFC 3339 with microseconds: as many as the store keeps, and always as many. */
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'")
            .withZone(ZoneOffset.UTC);

    private static final byte[] CUSTOM_ID = ascii("{\"custom_id\":");
    private static final byte[] TYPE = ascii(",\"result\":{\"type\":\"");
    private static final byte[] MESSAGE = ascii("\",\"message\":");
    private static final byte[] ERROR = ascii("\",\"error\":");
    private static final byte[] END = ascii("}}\n");
    private static final byte[] END_WITHOUT_BODY = ascii("\"}}\n");

    private BatchJson() {}

    /**
     * A batch.
     *
     * @param baseUrl the address of the gateway as the client reaches it, without a slash at its end
     */
    public static byte[] batch(Batch batch, String baseUrl) {
        return MessageJson.write(out -> describe(batch, baseUrl, out));
    }

    /**
     * A page of a list of batches.
     *
     * @param batches in the order of the list
     * @param hasMore whether there are more in the direction in which the client pages
     * @param baseUrl the address of the gateway as the client reaches it, without a slash at its end
     */
    public static byte[] page(List<Batch> batches, boolean hasMore, String baseUrl) {
        return MessageJson.write(out -> {
            out.writeArrayFieldStart("data");
            for (Batch batch : batches) {
                out.writeStartObject();
                describe(batch, baseUrl, out);
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeBooleanField("has_more", hasMore);
            out.writeStringField("first_id", batches.isEmpty() ? null : batches.getFirst().id());
            out.writeStringField("last_id", batches.isEmpty() ? null : batches.getLast().id());
        });
    }

    /** What is said of a batch that has been deleted. */
    public static byte[] deleted(String id) {
        return MessageJson.write(out -> {
            out.writeStringField("id", id);
            out.writeStringField("type", "message_batch_deleted");
        });
    }

    /** Appends the line of one result, its body as it is but for line ends between its tokens. */
    public static void appendResult(BatchResult result, ByteArrayOutputStream lines) {
        lines.writeBytes(CUSTOM_ID);
        lines.writeBytes(MessageJson.quoted(result.customId()));
        lines.writeBytes(TYPE);
        lines.writeBytes(ascii(result.type().wireName()));
        switch (result.type()) {
            case SUCCEEDED -> appendBody(MESSAGE, result.body(), lines);
            case ERRORED -> appendBody(ERROR, result.body(), lines);
            case CANCELED, EXPIRED -> lines.writeBytes(END_WITHOUT_BODY);
        }
    }

    private static void appendBody(byte[] field, byte[] json, ByteArrayOutputStream lines) {
        lines.writeBytes(field);
        // A provider's own bytes may be spread over lines. Inside a JSON text there is no line end but as an escape.
        int from = 0;
        for (int i = 0; i < json.length; i++) {
            if (json[i] == '\n' || json[i] == '\r') {
                lines.write(json, from, i - from);
                from = i + 1;
            }
        }
        lines.write(json, from, json.length - from);
        lines.writeBytes(END);
    }

    private static void describe(Batch batch, String baseUrl, JsonGenerator out) throws IOException {
        out.writeStringField("id", batch.id());
        out.writeStringField("type", "message_batch");
        out.writeStringField("processing_status", batch.state().wireName());
        RequestCounts counts = batch.counts();
        out.writeObjectFieldStart("request_counts");
        out.writeNumberField("processing", counts.processing());
        out.writeNumberField("succeeded", counts.succeeded());
        out.writeNumberField("errored", counts.errored());
        out.writeNumberField("canceled", counts.canceled());
        out.writeNumberField("expired", counts.expired());
        out.writeEndObject();
        time("created_at", batch.createdAt(), out);
        time("expires_at", batch.expiresAt(), out);
        time("ended_at", batch.endedAt(), out);
        time("cancel_initiated_at", batch.cancelInitiatedAt(), out);
        time("archived_at", batch.archivedAt(), out);
        out.writeStringField("results_url", resultsUrl(batch, baseUrl));
    }

    /** Null while there are no results, and when they have been deleted. */
    private static String resultsUrl(Batch batch, String baseUrl) {
        boolean there = batch.state() == BatchState.ENDED && batch.archivedAt() == null;
        return there ? baseUrl + "/v1/messages/batches/" + batch.id() + "/results" : null;
    }

    private static void time(String field, Instant time, JsonGenerator out) throws IOException {
        out.writeStringField(field, time == null ? null : TIME.format(time));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }
}
