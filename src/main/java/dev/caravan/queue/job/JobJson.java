package dev.caravan.queue.job;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.message.MessageJson;
import dev.caravan.queue.store.Job;
import dev.caravan.queue.store.JobState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** Jobs as JSON. A message in it has the bytes that it has in the store. */
final class JobJson {
    private static final byte[] NULL = "null".getBytes(UTF_8);

    private JobJson() {}

    /** @param result the message or the error envelope, JSON in UTF-8; null when there is none */
    static byte[] of(Job job, byte[] result) {
        boolean succeeded = job.state() == JobState.SUCCEEDED;
        byte[] message = succeeded && result != null ? result : NULL;
        byte[] error = !succeeded && result != null
                ? JsonMember.find(result, "error").map(member -> member.of(result)).orElse(NULL)
                : NULL;
        byte[] head = MessageJson.write(out -> head(job, out));
        ByteArrayOutputStream json = new ByteArrayOutputStream(head.length + message.length + error.length + 32);
        json.write(head, 0, head.length - 1); // but for the last brace
        json.writeBytes(",\"message\":".getBytes(UTF_8));
        json.writeBytes(message);
        json.writeBytes(",\"error\":".getBytes(UTF_8));
        json.writeBytes(error);
        json.write('}');
        return json.toByteArray();
    }

    /** A page of a list: jobs without their results. */
    static byte[] page(List<Job> jobs, boolean more) {
        return MessageJson.write(out -> {
            out.writeArrayFieldStart("data");
            for (Job job : jobs) {
                out.writeStartObject();
                head(job, out);
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeBooleanField("has_more", more);
            out.writeStringField("first_id", jobs.isEmpty() ? null : jobs.getFirst().id());
            out.writeStringField("last_id", jobs.isEmpty() ? null : jobs.getLast().id());
        });
    }

    private static void head(Job job, JsonGenerator out) throws IOException {
        out.writeStringField("id", job.id());
        out.writeStringField("type", "job");
        out.writeStringField("status", job.state().wireName());
        time("created_at", job.createdAt(), out);
        time("started_at", job.startedAt(), out);
        time("ended_at", job.endedAt(), out);
        time("expires_at", job.expiresAt(), out);
    }

    private static void time(String field, Instant time, JsonGenerator out) throws IOException {
        out.writeStringField(field, time == null ? null : time.toString());
    }
}
