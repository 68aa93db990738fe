package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.exec.NothingLeftBehind;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.EventGrammar.Frame;
import dev.caravan.message.EventGrammar.Said;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Models that are kept processes, seen from the client and from whoever watches over the gateway. */
@Timeout(120)
class KeptProcessesTest {
    private static final String WORKER = "[python3, -u, \""
            + Path.of("src/test/resources/exec/worker.py").toAbsolutePath() + "\"%s]";

    @TempDir
    private Path directory;
    private GatewayUnderTest gateway;

    @BeforeEach
    void needsPython() {
        assumeTrue(List.of(System.getenv("PATH").split(File.pathSeparator)).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "python3"))), "python3 is not installed");
    }

    @AfterEach
    void stop() {
        if (gateway != null) {
            gateway.close();
        }
        Patience.await("no process is left").until(() -> ProcessHandle.current().descendants()
                .noneMatch(NothingLeftBehind::runs));
    }

    private void start(String providers, Map<String, String> properties) {
        gateway = GatewayUnderTest.start("providers:\n" + providers.indent(2), properties);
    }

    private static String kept(String name, String workers, String... arguments) {
        StringBuilder words = new StringBuilder();
        for (String argument : arguments) {
            words.append(", \"").append(argument).append('"');
        }
        return "%s: { dialect: exec, command: %s, workers: %s }%n".formatted(name, WORKER.formatted(words), workers);
    }

    private WireReply post(RawClient client, String model) throws IOException {
        return client.post("/v1/messages", Wire.streaming(model)).head();
    }

    private String stream(String model) throws IOException {
        try (RawClient client = gateway.connect()) {
            return EventGrammar.wholeStream(frames(post(client, model).events())).blocks().getFirst().content();
        }
    }

    private static List<Frame> frames(List<WireEvent> events) {
        return events.stream().map(event -> new Frame(event.name(), event.data())).toList();
    }

    private WireReply get(String path) throws IOException {
        try (RawClient client = gateway.connect()) {
            return client.get(path).reply();
        }
    }

    @Test
    void streamsAndWholeRepliesComeFromOneProcess() throws Exception {
        start(kept("kept", "{}"), Map.of());
        String pid = stream("kept/pid");
        assertEquals(pid, stream("kept/pid"));
        try (RawClient client = gateway.connect()) {
            JsonNode message = client.post("/v1/messages", Wire.request("kept/say:3")).reply().json();
            assertEquals("012", message.path("content").path(0).path("text").asText());
            assertEquals(20, message.path("usage").path("output_tokens").asInt());
            assertEquals(5, message.path("usage").path("cache_read_input_tokens").asInt());
            JsonNode call = client.post("/v1/messages", Wire.request("kept/tool")).reply().json();
            assertEquals("{\"zone\":\"UTC\"}", call.path("content").path(0).path("input").toString());
            assertEquals("tool_use", call.path("stop_reason").asText());
        }
    }

    @Test
    void aSeedReachesTheModelFromBothDoors() throws Exception {
        start(kept("kept", "{}"), Map.of());
        try (RawClient client = gateway.connect()) {
            String request = Wire.request("kept/seed");
            String seeded = request.replaceFirst("\\{", "{\"seed\":5,");
            assertEquals("None", client.post("/v1/messages", request).reply().json().at("/content/0/text").asText());
            assertEquals("5", client.post("/v1/messages", seeded).reply().json().at("/content/0/text").asText());
            assertEquals("5", client.post("/v1/chat/completions", seeded).reply().json()
                    .at("/choices/0/message/content").asText());
        }
    }

    @Test
    void whoWaitsForAModelThatLoadsIsKeptAlive() throws Exception {
        Path go = directory.resolve("go");
        start(kept("kept", "{}", "load=file", "file=" + go),
                Map.of("caravan.keep-alive.first", "200ms", "caravan.keep-alive.every", "200ms"));
        try (RawClient client = gateway.connect()) {
            WireReply reply = post(client, "kept/say:2");
            List<WireEvent> events = new ArrayList<>();
            while (events.stream().filter(event -> event.name().equals("ping")).count() < 3) {
                events.add(reply.event());
            }
            Files.createFile(go);
            events.addAll(reply.events());
            assertEquals("01", EventGrammar.wholeStream(frames(events)).blocks().getFirst().content());
        }
    }

    @Test
    void whatAProcessSaysOfItsModelIsShown() throws Exception {
        start(kept("kept", "{}, models: [tiny, { id: small, max-input-tokens: 100 }]",
                "facts={\\\"context_length\\\":4096,\\\"tools\\\":true,\\\"thinking\\\":false}"), Map.of());
        assertTrue(get("/v1/models/kept/small").json().path("max_input_tokens").isInt());
        Patience.await("it is ready").until(() -> get("/health/ready").status() == 200);
        JsonNode worker = get("/health/ready").json().path("workers").path("kept");
        assertEquals(4096, worker.path("context_length").asInt());
        assertTrue(worker.path("tools").asBoolean());
        assertFalse(worker.path("thinking").asBoolean(true));
        assertEquals(4096, get("/v1/models/kept/tiny").json().path("max_input_tokens").asInt());
        assertEquals(100, get("/v1/models/kept/small").json().path("max_input_tokens").asInt());
    }

    @Test
    void aSecondGatewayInOneJavaMachineHasWhatTheFirstHad() throws Exception {
        for (int i = 0; i < 2; i++) {
            start(kept("kept", "{}"), Map.of());
            Patience.await("it is ready").until(() -> get("/health/ready").status() == 200);
            assertTrue(get("/metrics").text().contains("caravan_workers{provider=\"kept\",state=\"ready\"} 1.0"));
            gateway.close();
            gateway = null;
        }
    }

    @Test
    void aModelThatCannotLoadIsToldWithItsStatus() throws Exception {
        start(kept("kept", "{}", "load=die"), Map.of());
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", Wire.streaming("kept/say")).reply();
            assertEquals(502, reply.status());
            assertEquals("provider kept: no such model: tiny", reply.json().path("error").path("message").asText());
            assertTrue(Integer.parseInt(reply.header("retry-after")) >= 1);
        }
        JsonNode health = get("/health/ready").json();
        assertEquals("loading", health.path("status").asText());
        assertEquals("provider kept: no such model: tiny",
                health.path("workers").path("kept").path("failure").asText());
    }

    @Test
    void readyMeansThatSomebodyCanAnswer() throws Exception {
        Path go = directory.resolve("go");
        start(kept("kept", "{}", "load=file", "file=" + go), Map.of());
        assertEquals(503, get("/health/ready").status());
        assertEquals("loading", get("/health/ready").json().path("status").asText());
        assertEquals(200, get("/health/live").status());
        Files.createFile(go);
        Patience.await("it is ready").until(() -> get("/health/ready").status() == 200);
        assertEquals(1, get("/health/ready").json().path("workers").path("kept").path("ready").asInt());
    }

    @Test
    void nothingLoadsWhereNoProcessIsKept() throws Exception {
        start("openai: { preset: openai, api-key: \"${NO_SUCH_VARIABLE}\" }", Map.of());
        assertEquals("up", get("/health/ready").json().path("status").asText());
    }

    @Test
    void oneModelThatLoadsDoesNotMakeTheOthersUnready() throws Exception {
        start(kept("slow", "{}", "load=file", "file=" + directory.resolve("never")) + kept("kept", "{}"), Map.of());
        Patience.await("it is ready").until(() -> get("/health/ready").status() == 200);
        assertEquals(1, get("/health/ready").json().path("workers").path("slow").path("starting").asInt());
    }

    @Test
    void whatIsDoneIsCounted() throws Exception {
        start(kept("kept", "{}"), Map.of());
        stream("kept/say:3");
        String metrics = get("/metrics").text();
        for (String line : List.of("caravan_workers{provider=\"kept\",state=\"ready\"} 1.0",
                "caravan_worker_queue_length{provider=\"kept\"} 0.0", "caravan_worker_queue_time_seconds_count{",
                "caravan_worker_load_time_seconds_count{provider=\"kept\"} 1",
                "caravan_worker_restarts_total{provider=\"kept\"} 0.0",
                "caravan_worker_tokens_total{provider=\"kept\",source=\"cached\"} 5.0",
                "caravan_worker_prefill_rate_sum{provider=\"kept\"} 100.0",
                "caravan_worker_generation_rate_sum{provider=\"kept\"} 20.0")) {
            assertTrue(metrics.contains(line), line + " is not in\n" + metrics);
        }
    }

    @Test
    void whoLeavesIsCancelled() throws Exception {
        start(kept("kept", "{ concurrency: 1 }"), Map.of());
        String pid = stream("kept/pid");
        try (RawClient client = gateway.connect()) {
            WireReply reply = post(client, "kept/wait");
            for (WireEvent event = reply.event(); !event.name().equals("content_block_delta");) {
                event = reply.event();
            }
        }
        assertEquals(pid, stream("kept/pid"));
    }

    @Test
    void aHundredAtOnceAreAllAnswered() throws Exception {
        start(kept("kept", "{ queue: 100, concurrency: 1 }"), Map.of());
        List<RawClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                RawClient client = gateway.connect();
                clients.add(client);
                client.post("/v1/messages", Wire.streaming("kept/say:5"));
            }
            for (RawClient client : clients) {
                client.patience(60_000);
                Said said = EventGrammar.wholeStream(frames(client.head().events()));
                assertEquals("01234", said.blocks().getFirst().content());
            }
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }
}
