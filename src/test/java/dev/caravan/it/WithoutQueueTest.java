package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** A gateway whose configuration has no queue. */
class WithoutQueueTest extends GatewayTest {
    @Test
    void whoPrefersToWaitIsAnsweredAtOnce() throws IOException {
        upstream.script(Wire::answer);
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", Wire.request("claude-x"), "prefer: respond-async").reply();
            assertEquals(200, reply.status());
            assertEquals(Wire.MESSAGE, reply.text());
            assertNull(reply.header("preference-applied"));
            assertNull(reply.header("location"));
        }
    }

    @Test
    void thereAreNoJobs() throws IOException {
        try (RawClient client = gateway.connect()) {
            for (String path : new String[]{"/v1/jobs", "/v1/jobs/job_1"}) {
                WireReply reply = client.get(path).reply();
                assertEquals(404, reply.status());
                assertEquals("not_found_error", reply.json().at("/error/type").asText());
            }
        }
    }
}
