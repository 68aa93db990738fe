package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.caravan.message.EventGrammar;
import dev.caravan.message.EventGrammar.Frame;
import dev.caravan.message.EventGrammar.Said;
import java.io.File;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model that is a process, seen from the client: live, gone when the client goes, and told when it dies. */
class ExecStreamTest extends GatewayTest {
    /** Says its process id and then nothing for a long time. */
    private static final String SILENT = "read request; echo '{\\\"text\\\":\\\"'$$'\\\"}'; exec sleep 1000";

    @Override
    protected String config() {
        return """
            timeouts: { idle: 1h }
            providers:
              silent: { dialect: exec, command: [sh, -c, "%silent"] }
              mute: { dialect: exec, command: [sh, -c, "echo $$ >&2; exec sleep 1000"] }
              fails: { dialect: exec, command: [sh, -c, "read request; exit 3"] }
              brief: { dialect: exec, command: [sh, -c, "%silent"], timeouts: { idle: 2s } }
              whole: { dialect: exec, command: [sh, -c, "read request; echo '{\\"text\\":\\"one \\"}'; echo '{\\"text\\":\\"two\\"}'"] }
            """.replace(
                "%silent", SILENT);
    }

    @BeforeAll
    void needsAShell() {
        assumeTrue(new File("/bin/sh").canExecute(), "there is no /bin/sh");
    }

    private static List<Frame> frames(List<WireEvent> events) {
        return events.stream().map(event -> new Frame(event.name(), event.data())).toList();
    }

    /** Reads up to the first text, which is the process id, and adds the events to the list. */
    private static ProcessHandle process(WireReply reply, List<WireEvent> events) throws IOException {
        while (events.isEmpty() || !events.getLast().name().equals("content_block_delta")) {
            events.add(reply.event());
        }
        long pid = Long.parseLong(events.getLast().json().path("delta").path("text").asText());
        return ProcessHandle.of(pid).orElseThrow();
    }

    @Test
    void aWholeAnswer() throws IOException {
        try (RawClient client = gateway.connect()) {
            Said said = EventGrammar.wholeStream(
                    frames(client.post("/v1/messages", Wire.streaming("whole/x")).head().events()));
            assertEquals("one two", said.blocks().getFirst().content());
            WireReply message = client.post("/v1/messages", Wire.request("whole/x")).reply();
            assertEquals("one two", message.json().path("content").get(0).path("text").asText());
        }
    }

    @Tag("case-6")
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClientThatLeavesEndsTheProcess(boolean byReset) throws IOException {
        List<WireEvent> events = new java.util.ArrayList<>();
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", Wire.streaming("silent/x")).head();
            ProcessHandle process = process(reply, events);
            assertTrue(process.isAlive());
            if (byReset) {
                client.reset();
            } else {
                client.close();
            }
            Patience.await("the process has ended").until(() -> !process.isAlive());
        }
        String line = gateway.log().accessLine();
        assertTrue(line.contains(" status=499 ") && line.endsWith(" cancelled=true"), line);
    }

    @Tag("case-6")
    @Test
    void alsoBeforeItsFirstWordAndWithoutAStream() throws IOException {
        for (String body : List.of(Wire.streaming("mute/x"), Wire.request("mute/x"))) {
            gateway.log().clear();
            long pid;
            try (RawClient client = gateway.connect()) {
                client.post("/v1/messages", body);
                Patience.await("the process has begun").until(() -> pidInLog() != 0);
                pid = pidInLog();
            }
            Patience.await("the process has ended").until(() -> ProcessHandle.of(pid).isEmpty());
            assertTrue(gateway.log().accessLine().endsWith(" cancelled=true"));
        }
    }

    private long pidInLog() {
        return gateway.log().lines().stream().map(LogRecorder.Line::text)
                .filter(text -> text.matches("(?s).*\\b\\d+\\s*"))
                .filter(text -> !text.startsWith("id=")).map(text -> text.replaceAll("(?s).*?(\\d+)\\s*$", "$1"))
                .mapToLong(Long::parseLong).findFirst().orElse(0);
    }

    @Tag("case-7")
    @Test
    void aProcessThatIsKilledInMidStreamIsAnErrorEvent() throws IOException {
        List<WireEvent> events = new java.util.ArrayList<>();
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", Wire.streaming("silent/x")).head();
            process(reply, events).destroyForcibly();
            events.addAll(reply.events());
            Said said = EventGrammar.failedStream(frames(events));
            assertEquals("api_error", said.error().path("type").asText());
            assertEquals(reply.header("request-id"), events.getLast().json().path("request_id").asText());
        }
    }

    @Tag("case-14")
    @Test
    void aProcessThatFallsSilentIsEnded() throws IOException {
        List<WireEvent> events = new java.util.ArrayList<>();
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", Wire.streaming("brief/x")).head();
            ProcessHandle process = process(reply, events);
            events.addAll(reply.events());
            assertEquals("timeout_error",
                    EventGrammar.failedStream(frames(events)).error().path("type").asText());
            Patience.await("the process has ended").until(() -> !process.isAlive());
        }
    }

    @Tag("case-15")
    @Test
    void aProcessThatFailsBeforeItsFirstWordKeepsAStatus() throws IOException {
        for (String body : List.of(Wire.streaming("fails/x"), Wire.request("fails/x"))) {
            try (RawClient client = gateway.connect()) {
                WireReply reply = client.post("/v1/messages", body).reply();
                assertEquals(502, reply.status(), reply.text());
                assertEquals("api_error", reply.json().path("error").path("type").asText());
                assertNull(reply.header("transfer-encoding"));
            }
        }
    }
}
