package dev.caravan.queue.batch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.queue.store.Batch;
import dev.caravan.queue.store.BatchResult;
import dev.caravan.queue.store.BatchState;
import dev.caravan.queue.store.RequestCounts;
import dev.caravan.queue.store.ResultType;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchJsonTest {
    private static final Instant CREATED = Instant.parse("2026-10-21T08:00:00Z");
    private static final Instant EXPIRES = Instant.parse("2026-10-22T08:00:00Z");
    private static final String URL = "https://llm.example/team";

    private static Batch batch(String id, BatchState state, RequestCounts counts, Instant ended, Instant cancelled,
            Instant archived) {
        return new Batch(1, id, "alice", state, counts, CREATED, EXPIRES, ended, cancelled, archived);
    }

    private static final Batch RUNNING = batch("msgbatch_a", BatchState.IN_PROGRESS, new RequestCounts(3, 0, 0, 0, 0),
            null, null, null);
    private static final String RUNNING_JSON = "{\"id\":\"msgbatch_a\",\"type\":\"message_batch\","
            + "\"processing_status\":\"in_progress\",\"request_counts\":{\"processing\":3,\"succeeded\":0,"
            + "\"errored\":0,\"canceled\":0,\"expired\":0},\"created_at\":\"2026-10-21T08:00:00.000000Z\","
            + "\"expires_at\":\"2026-10-22T08:00:00.000000Z\",\"ended_at\":null,\"cancel_initiated_at\":null,"
            + "\"archived_at\":null,\"results_url\":null}";
    private static final Batch ENDED = batch("msgbatch_b", BatchState.ENDED, new RequestCounts(0, 1, 2, 3, 4),
            Instant.parse("2026-10-21T09:00:00.123456789Z"), Instant.parse("2026-10-21T08:30:00.1Z"), null);
    private static final String ENDED_JSON = "{\"id\":\"msgbatch_b\",\"type\":\"message_batch\","
            + "\"processing_status\":\"ended\",\"request_counts\":{\"processing\":0,\"succeeded\":1,"
            + "\"errored\":2,\"canceled\":3,\"expired\":4},\"created_at\":\"2026-10-21T08:00:00.000000Z\","
            + "\"expires_at\":\"2026-10-22T08:00:00.000000Z\",\"ended_at\":\"2026-10-21T09:00:00.123456Z\","
            + "\"cancel_initiated_at\":\"2026-10-21T08:30:00.100000Z\",\"archived_at\":null,"
            + "\"results_url\":\"https://llm.example/team/v1/messages/batches/msgbatch_b/results\"}";

    private static String text(byte[] json) {
        return new String(json, UTF_8);
    }

    @Test
    void aBatch() {
        assertEquals(RUNNING_JSON, text(BatchJson.batch(RUNNING, URL)));
        assertEquals(ENDED_JSON, text(BatchJson.batch(ENDED, URL)));
    }

    @Test
    void aBatchThatIsBeingCancelledHasNoResults() {
        Batch canceling = batch("msgbatch_a", BatchState.CANCELING, new RequestCounts(3, 0, 0, 0, 0), null,
                Instant.parse("2026-10-21T08:30:00Z"), null);
        assertEquals(RUNNING_JSON.replace("in_progress", "canceling").replace("\"cancel_initiated_at\":null",
                "\"cancel_initiated_at\":\"2026-10-21T08:30:00.000000Z\""), text(BatchJson.batch(canceling, URL)));
    }

    @Test
    void norHasOneWhoseResultsWereDeleted() {
        Batch archived = batch("msgbatch_b", BatchState.ENDED, ENDED.counts(), ENDED.endedAt(),
                ENDED.cancelInitiatedAt(), Instant.parse("2026-11-19T08:00:00Z"));
        String json = text(BatchJson.batch(archived, URL));
        assertEquals(ENDED_JSON.replaceFirst("\"archived_at\":.*",
                "\"archived_at\":\"2026-11-19T08:00:00.000000Z\",\"results_url\":null}"), json);
    }

    @Test
    void aPage() {
        assertEquals("{\"data\":[" + ENDED_JSON + "," + RUNNING_JSON + "],\"has_more\":true,"
                + "\"first_id\":\"msgbatch_b\",\"last_id\":\"msgbatch_a\"}",
                text(BatchJson.page(List.of(ENDED, RUNNING), true, URL)));
        assertEquals("{\"data\":[],\"has_more\":false,\"first_id\":null,\"last_id\":null}",
                text(BatchJson.page(List.of(), false, URL)));
    }

    @Test
    void deleted() {
        assertEquals("{\"id\":\"msgbatch_a\",\"type\":\"message_batch_deleted\"}",
                text(BatchJson.deleted("msgbatch_a")));
    }

    @Test
    void results() {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        String message = "{\"id\":\"msg_1\", \"content\":[{\"text\":\"é\\n\"}]}";
        String error = "{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"m\"},\"request_id\":null}";
        BatchJson.appendResult(new BatchResult("a", ResultType.SUCCEEDED, message.getBytes(UTF_8)), lines);
        BatchJson.appendResult(new BatchResult("b", ResultType.ERRORED, error.getBytes(UTF_8)), lines);
        BatchJson.appendResult(new BatchResult("c", ResultType.CANCELED, null), lines);
        BatchJson.appendResult(new BatchResult("d", ResultType.EXPIRED, null), lines);
        BatchJson.appendResult(new BatchResult("e", ResultType.SUCCEEDED, "{\r\n  \"a\" : 1\n}\n".getBytes(UTF_8)),
                lines);
        assertEquals("""
            {"custom_id":"a","result":{"type":"succeeded","message":%s}}
            {"custom_id":"b","result":{"type":"errored","error":%s}}
            {"custom_id":"c","result":{"type":"canceled"}}
            {"custom_id":"d","result":{"type":"expired"}}
            {"custom_id":"e","result":{"type":"succeeded","message":{  "a" : 1}}}
            """.formatted(message, error), lines.toString(UTF_8));
    }
}
