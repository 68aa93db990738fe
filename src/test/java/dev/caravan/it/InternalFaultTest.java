package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.Call;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Processor;
import org.apache.camel.builder.AdviceWith;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A step that breaks, be it Caravan's own or one that somebody has added: the client learns that it did, the log why. */
class InternalFaultTest extends GatewayTest {
    private static final String INTERNALS = "jdbc:postgresql://db.internal/prompts";
    private volatile Processor before = exchange -> {};
    private volatile Processor perEvent = exchange -> {};

    @Override
    protected Map<String, String> properties() {
        // Camel counts an exchange that an error of the virtual machine ended as under way for ever, and waits for it at the end.
        return Map.of("camel.main.shutdownTimeout", "1");
    }

    @BeforeAll
    void addSteps() throws Exception {
        AdviceWith.adviceWith(gateway.context(), "generate",
                route -> route.weaveById("generate-route").before().process(exchange -> before.process(exchange)));
        AdviceWith.adviceWith(gateway.context(), "messages",
                route -> route.weaveById("messages-event").before().process(exchange -> perEvent.process(exchange)));
    }

    private static RuntimeException fault(String kind) throws IOException {
        return switch (kind) {
            case "runtime" -> new IllegalStateException(INTERNALS);
            case "cause" -> new RuntimeException("outer", new IllegalArgumentException(INTERNALS));
            case "null" -> new NullPointerException();
            case "io" -> throw new IOException(INTERNALS);
            case "timeout" -> throw new SocketTimeoutException(INTERNALS);
            case "connect" -> throw new ConnectException(INTERNALS);
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private void assertLoggedOnce(String requestId) {
        gateway.awaitIdle();
        List<LogRecorder.Line> errors = gateway.log().troubles();
        assertEquals(1, errors.size(), errors.toString());
        assertEquals(Level.ERROR, errors.getFirst().level());
        assertTrue(errors.getFirst().text().contains(requestId), errors.getFirst().text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"runtime", "cause", "null", "io", "timeout", "connect"})
    void beforeTheReply(String kind) throws IOException {
        before = exchange -> {
            throw fault(kind);
        };
        try {
            for (String body : List.of(Wire.request("claude-x"), Wire.streaming("claude-x"))) {
                gateway.log().clear();
                try (RawClient client = gateway.connect()) {
                    WireReply reply = client.post("/v1/messages", body).reply();
                    assertEquals(500, reply.status());
                    assertEquals(
                            "{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"Internal server error\"},"
                                    + "\"request_id\":\"" + reply.header("request-id") + "\"}",
                            reply.text());
                    assertLoggedOnce(reply.header("request-id"));
                    assertEquals(200, client.get("/health").reply().status());
                }
            }
        } finally {
            before = exchange -> {};
        }
        assertEquals(0, upstream.calls().size());
    }

    @Test
    void anErrorOfTheVirtualMachine() throws IOException {
        before = exchange -> {
            throw new StackOverflowError(INTERNALS);
        };
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", Wire.request("claude-x")).reply();
            assertEquals(500, reply.status());
            assertFalse(reply.text().contains(INTERNALS));
        } finally {
            before = exchange -> {};
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"runtime", "cause", "null", "io", "timeout", "connect"})
    void midStream(String kind) throws IOException {
        AtomicInteger events = new AtomicInteger();
        perEvent = exchange -> {
            if (events.incrementAndGet() == 3) {
                throw fault(kind);
            }
        };
        upstream.script(call -> call.streamHead().chunk(Wire.opening()).awaitClientClosed());
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", Wire.streaming("claude-x")).head();
            List<WireEvent> seen = reply.events();
            assertEquals(List.of("message_start", "content_block_start", "error"),
                    seen.stream().map(WireEvent::name).toList());
            assertEquals("Internal server error", seen.getLast().json().path("error").path("message").asText());
            assertLoggedOnce(reply.header("request-id"));
        } finally {
            perEvent = exchange -> {};
        }
        Patience.await("the upstream is given up").until(() -> upstream.call().clientClosed().getCount() == 0);
        assertTrue(gateway.log().accessLine().contains(" error=api_error "), gateway.log().accessLine());
    }

    @Test
    void aHeaderThatCannotBeSent() throws IOException {
        before = exchange -> exchange.getProperty(Call.PROPERTY, Call.class).getReplyHeaders().put("x", "a\r\nb");
        upstream.script(call -> call.streamHead().chunk(Wire.opening()).awaitClientClosed());
        try (RawClient client = gateway.connect()) {
            client.post("/v1/messages", Wire.streaming("claude-x"));
            assertTrue(client.closedByServer(), "not kept waiting");
        } finally {
            before = exchange -> {};
        }
        Patience.await("the upstream is given up").until(() -> upstream.call().clientClosed().getCount() == 0);
    }

    @Test
    void aStepThatTakesTheEventsAway() throws IOException {
        perEvent = exchange -> exchange.getMessage().setBody(null);
        upstream.script(call -> call.streamHead().chunk(Wire.stream()).lastChunk());
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", Wire.streaming("claude-x")).reply();
            assertEquals(502, reply.status(), "a message whose end does not reach the client is not whole");
        } finally {
            perEvent = exchange -> {};
        }
    }

    @Test
    void afterAFaultAllIsAsBefore() throws IOException {
        upstream.script(call -> call.streamHead().chunk(Wire.stream()).lastChunk());
        try (RawClient client = gateway.connect()) {
            assertEquals(Wire.stream(), client.post("/v1/messages", Wire.streaming("claude-x")).reply().text());
        }
    }
}
