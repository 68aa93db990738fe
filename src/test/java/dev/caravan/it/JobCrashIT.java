package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Jobs of a gateway that is killed. */
@Timeout(180)
@Tag("long")
@Tag("kills")
class JobCrashIT {
    private static final int WAITING = 20;
    private static final String CONFIG = """
        queue: { directory: "%d/data", lanes: { http: { consumers: 2 } }, redelivery: { delay: 100ms, multiplier: 1, most: 100ms } }
        providers:
          up: { dialect: anthropic, base-url: "%s" }
        """;

    @TempDir
    private Path directory;

    private String create(GatewayProcess gateway) throws IOException {
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", Wire.request("up/x"), "prefer: respond-async").reply();
            assertEquals(202, reply.status(), reply.text());
            return reply.json().path("id").asText();
        }
    }

    private JsonNode job(GatewayProcess gateway, String id) throws IOException {
        try (RawClient client = gateway.connect()) {
            return client.get("/v1/jobs/" + id).reply().json();
        }
    }

    private JobStream follow(RawClient client, String id, String... headers) throws IOException {
        return new JobStream(client.get("/v1/jobs/" + id + "?stream=true", headers).head());
    }

    @Test
    void aKilledGatewayLosesNoJob() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Set<UpstreamCall> calls = ConcurrentHashMap.newKeySet();
        try (ScriptedUpstream upstream = new ScriptedUpstream()) {
            upstream.script(call -> {
                calls.add(call);
                call.streamHead().chunk(Wire.opening()).await(go)
                        .chunk(Wire.frame("content_block_delta", Wire.delta(Wire.ANSWER))).chunk(Wire.closing())
                        .lastChunk();
            });
            String config = CONFIG.replace("%d", directory.toString()).replace("%s", upstream.url());
            List<String> ids = new ArrayList<>();
            String last;
            try (GatewayProcess gateway = GatewayProcess.start(directory, config, 0)) {
                for (int i = 0; i < WAITING; i++) {
                    ids.add(create(gateway));
                }
                try (RawClient client = gateway.connect()) {
                    last = follow(client, ids.getFirst()).next().id();
                    assertEquals("1-1", last);
                    gateway.kill();
                }
            }
            try (GatewayProcess again = GatewayProcess.start(directory, config, 0)) {
                go.countDown();
                for (String id : ids) {
                    Patience.await("the job is done").atMost(Duration.ofSeconds(90))
                            .until(() -> job(again, id).path("status").asText().equals("succeeded"));
                    assertEquals(Wire.ANSWER, job(again, id).at("/message/content/0/text").asText());
                }
                try (RawClient client = again.connect()) {
                    List<JobStream.Event> events = follow(client, ids.getFirst(), "last-event-id: " + last).rest();
                    assertEquals("2-1", events.getFirst().id(), "the attempt that died is not gone on with");
                    assertEquals(Wire.stream(), String.join("", events.stream().map(JobStream.Event::raw).toList()));
                }
            }
            assertTrue(calls.size() <= WAITING + 2, () -> "at most what was in flight is asked for again: " + calls);
        }
    }
}
