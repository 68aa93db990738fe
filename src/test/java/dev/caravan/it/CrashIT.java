package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.caravan.message.EventGrammar;
import dev.caravan.message.EventGrammar.Frame;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes that die: models in mid-stream, and the gateway itself. */
@Tag("long")
@Timeout(300)
class CrashIT {
    private static final int STREAMS = 12;
    /** Long for a gateway that must end: an open stream is given 2 s here, an open connection a little more. */
    private static final long STOP_SECONDS = 40;
    private static final String STOP_SOON = "-Dcamel.main.shutdownTimeout=2";
    /** The model says its process id, and then words until there is a file named go. */
    private static final String CONFIG = """
        timeouts: { idle: 1h }
        providers:
          chat: { dialect: openai, base-url: "%u/v1" }
          demo: { dialect: exec, max-processes: 50, command: ["{java}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                  "-cp", "{classpath}", "dev.caravan.demo.DemoEngine", "--tokens-per-second", "5"] }
          talker: { dialect: exec, max-processes: 50, command: [sh, -c, "read -r request; echo '{\\"text\\":\\"'$$'\\"}';
                  while [ ! -e '%d/go' ]; do echo '{\\"text\\":\\" on\\"}'; sleep 0.2; done; echo '{\\"text\\":\\" end\\"}'"] }
          silent: { dialect: exec, max-processes: 50, command: [sh, -c, "read -r request; echo '{\\"text\\":\\"'$$'\\"}';
                  trap '' TERM PIPE; sleep 600 & wait; while :; do sleep 600; done"] }
          kept: { dialect: exec, command: [python3, -u, "%w"], workers: { min: 0 } }
        """;

    @TempDir
    private Path directory;
    private ScriptedUpstream upstream;
    private final CountDownLatch go = new CountDownLatch(1);
    private final List<RawClient> clients = new ArrayList<>();

    @BeforeEach
    void startUpstream() {
        assumeTrue(new File("/bin/sh").canExecute(), "there is no /bin/sh");
        upstream = new ScriptedUpstream();
        upstream.script(call -> call.streamHead().chunk(ChatWire.text("begin")).await(go).chunk(ChatWire.text(" end"))
                .chunk(ChatWire.end("stop")).lastChunk());
    }

    @AfterEach
    void close() throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
        go.countDown();
        upstream.close();
    }

    private GatewayProcess start(int port, String... options) throws IOException {
        return GatewayProcess.start(directory,
                CONFIG.replace("%u", upstream.url()).replace("%d", directory.toString()).replace("%w",
                        Path.of("src/test/resources/exec/worker.py").toAbsolutePath().toString()),
                port, options);
    }

    /** Has all that wait for it come to their end. */
    private void go() throws IOException {
        go.countDown();
        Files.createFile(directory.resolve("go"));
    }

    /** A stream from which the first words have come. */
    private Stream open(GatewayProcess gateway, String model) throws IOException {
        RawClient client = gateway.connect();
        clients.add(client);
        String body = Wire.streaming(model).replace("\"max_tokens\":64", "\"max_tokens\":2000");
        return new Stream(client.post("/v1/messages", body).head()).begin();
    }

    private List<Stream> open(GatewayProcess gateway, String model, int count) throws IOException {
        List<Stream> streams = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            streams.add(open(gateway, model));
        }
        return streams;
    }

    /** A stream under way and what came of it so far. */
    private record Stream(WireReply reply, List<Frame> frames) {
        Stream(WireReply reply) {
            this(reply, new ArrayList<>());
        }

        Stream begin() throws IOException {
            assertEquals(200, reply.status());
            while (frames.isEmpty() || !frames.getLast().event().equals("content_block_delta")) {
                next();
            }
            return this;
        }

        private boolean next() throws IOException {
            WireEvent event = reply.event();
            if (event != null) {
                frames.add(new Frame(event.name(), event.data()));
            }
            return event != null;
        }

        /** The process that says its id first. */
        ProcessHandle process() {
            String id = new WireEvent("", frames.getLast().data(), 0).json().path("delta").path("text").asText();
            return ProcessHandle.of(Long.parseLong(id)).orElseThrow();
        }

        List<Frame> rest() throws IOException {
            while (next()) {
                // read on
            }
            return frames;
        }

        /** Whether it is cut off, so that no client can take it for a whole message. */
        boolean broken() throws IOException {
            try {
                rest();
            } catch (EOFException | SocketException e) {
                // the connection has gone
            }
            return frames.stream().noneMatch(frame -> frame.event().equals("message_stop"));
        }
    }

    @Test
    void killedModelsFailAlone() throws Exception {
        try (GatewayProcess gateway = start(0)) {
            List<Stream> killed = open(gateway, "talker/x", STREAMS);
            List<Stream> spared = open(gateway, "talker/x", STREAMS);
            spared.addAll(open(gateway, "chat/x", STREAMS));
            killed.forEach(stream -> stream.process().destroyForcibly());
            for (Stream stream : killed) {
                assertEquals("api_error",
                        EventGrammar.failedStream(stream.rest()).error().path("type").asText());
            }
            go();
            for (Stream stream : spared) {
                assertTrue(EventGrammar.wholeStream(stream.rest()).blocks().getFirst().content().endsWith(" end"));
            }
            Patience.await("no process is left").until(() -> gateway.children().isEmpty());
            assertEquals(0, gateway.activeCalls());
        }
    }

    /** What writes to a pipe that nobody reads any more is ended by that, so no model outlives its gateway for long. */
    @Test
    void aKilledGatewayLeavesNoModelBehindAndCanBeStartedAgain() throws Exception {
        int port;
        try (GatewayProcess gateway = start(0)) {
            port = gateway.port();
            List<Stream> streams = open(gateway, "talker/x", STREAMS);
            streams.addAll(open(gateway, "demo/x", 4));
            streams.addAll(open(gateway, "chat/x", STREAMS));
            List<ProcessHandle> models = gateway.children();
            assertTrue(models.size() >= STREAMS + 4, models.toString());
            gateway.kill();
            for (Stream stream : streams) {
                assertTrue(stream.broken());
            }
            Patience.await("the models have ended").until(() -> models.stream().noneMatch(ProcessHandle::isAlive));
            Patience.await("the upstream is free").until(() -> upstream.calls().stream()
                    .allMatch(call -> call.clientClosed().getCount() == 0));
        }
        go();
        try (GatewayProcess again = start(port)) {
            assertEquals(port, again.port());
            for (String model : List.of("talker/x", "chat/x")) {
                EventGrammar.wholeStream(open(again, model).rest());
            }
        }
    }

    /** Neither reads nor writes, and would not mind being asked to end; what it has started is as silent. */
    @Test
    void aKilledGatewayLeavesNoSilentModelBehind() throws Exception {
        try (GatewayProcess gateway = start(0)) {
            List<Stream> streams = open(gateway, "silent/x", 3);
            streams.add(open(gateway, "kept/wait"));
            List<ProcessHandle> models = gateway.children();
            assertTrue(models.size() >= 3 * 2 + 1, models.toString());
            gateway.kill();
            for (Stream stream : streams) {
                assertTrue(stream.broken());
            }
            Patience.await("the models have ended").until(() -> models.stream().noneMatch(ProcessHandle::isAlive));
        }
    }

    @Test
    void aWorkerThatIsKilledFailsItsStreamsAndIsReplaced() throws Exception {
        try (GatewayProcess gateway = start(0)) {
            List<Stream> streams = open(gateway, "kept/wait", STREAMS);
            ProcessHandle worker = streams.getFirst().process();
            worker.destroyForcibly();
            for (Stream stream : streams) {
                assertEquals("api_error", EventGrammar.failedStream(stream.rest()).error().path("type").asText());
            }
            assertTrue(EventGrammar.wholeStream(open(gateway, "kept/say:3").rest()).blocks().getFirst().content()
                    .startsWith("012"));
        }
    }

    @Test
    void aGatewayThatIsToldToEndLetsStreamsComeToTheirEnd() throws Exception {
        try (GatewayProcess gateway = start(0)) {
            List<Stream> streams = open(gateway, "talker/x", STREAMS);
            streams.addAll(open(gateway, "chat/x", STREAMS));
            gateway.terminate();
            Patience.await("it takes no more calls").until(() -> !serves(gateway));
            go();
            for (Stream stream : streams) {
                assertTrue(EventGrammar.wholeStream(stream.rest()).blocks().getFirst().content().endsWith(" end"));
            }
            assertTrue(gateway.ended(STOP_SECONDS), "it has ended");
        }
    }

    @Test
    void streamsThatDoNotEndInTimeAreBrokenOff() throws Exception {
        try (GatewayProcess gateway = start(0, STOP_SOON)) {
            List<Stream> streams = open(gateway, "talker/x", STREAMS);
            streams.addAll(open(gateway, "demo/x", 2));
            streams.addAll(open(gateway, "chat/x", STREAMS));
            List<ProcessHandle> models = gateway.children();
            gateway.terminate();
            for (Stream stream : streams) {
                assertTrue(stream.broken());
            }
            assertTrue(gateway.ended(STOP_SECONDS), "it has ended");
            Patience.await("the models have ended").until(() -> models.stream().noneMatch(ProcessHandle::isAlive));
        }
    }

    private static boolean serves(GatewayProcess gateway) {
        try (RawClient client = gateway.connect()) {
            return client.post("/v1/messages", Wire.request("nobody/x")).reply().status() == 404;
        } catch (IOException e) {
            return false;
        }
    }
}
