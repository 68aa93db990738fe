package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Stopping the gateway while it serves. */
@Timeout(120)
class StopTest {
    private static final String CONFIG = """
        timeouts: { idle: 1h }
        providers:
          up: { dialect: anthropic, base-url: "%s", api-key: upstream-key-0123456789 }
        """;

    private static GatewayUnderTest start(ScriptedUpstream upstream) {
        return GatewayUnderTest.start(CONFIG.replace("%s", upstream.url()), Map.of("camel.main.shutdownTimeout", "1"));
    }

    @Test
    void aStreamThatComesToItsEndInTimeIsWhole() throws Exception {
        CountDownLatch stopping = new CountDownLatch(1);
        try (ScriptedUpstream upstream = new ScriptedUpstream(); GatewayUnderTest gateway = start(upstream)) {
            upstream.script(
                    call -> call.streamHead().chunk(Wire.opening()).await(stopping).chunk(Wire.closing()).lastChunk());
            try (RawClient client = gateway.connect()) {
                WireReply reply = client.post("/v1/messages", Wire.streaming("up/x")).head();
                assertEquals("message_start", reply.event().name());
                Thread stop = Thread.startVirtualThread(gateway::close);
                Patience.await("the gateway stops").until(() -> gateway.context().getStatus().isStopping());
                stopping.countDown();
                List<WireEvent> events = reply.events();
                assertEquals("message_stop", events.getLast().name());
                stop.join();
            }
        }
    }

    @Test
    void aStreamThatDoesNotEndsInAnErrorEvent() throws Exception {
        try (ScriptedUpstream upstream = new ScriptedUpstream(); GatewayUnderTest gateway = start(upstream)) {
            upstream.script(call -> call.streamHead().chunk(Wire.opening()).awaitClientClosed());
            try (RawClient client = gateway.connect()) {
                WireReply reply = client.post("/v1/messages", Wire.streaming("up/x")).head();
                assertEquals("message_start", reply.event().name());
                Thread stop = Thread.startVirtualThread(gateway::close);
                List<WireEvent> events = reply.events();
                assertEquals("error", events.getLast().name());
                assertEquals(
                        "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"the gateway is "
                                + "shutting down\"},\"request_id\":\"" + reply.header("request-id") + "\"}",
                        events.getLast().data());
                Patience.await("the upstream is given up").until(() -> upstream.call().clientClosed().getCount() == 0);
                stop.join();
                String line = gateway.log().accessLine();
                assertTrue(line.contains(" status=200 ") && line.contains(" error=overloaded_error "), line);
            }
        }
    }

    @Test
    void openAisClientsAreToldInTheirOwnEnvelope() throws Exception {
        String request = "{\"model\":\"up/x\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
        try (ScriptedUpstream upstream = new ScriptedUpstream(); GatewayUnderTest gateway = start(upstream)) {
            upstream.script(call -> call.streamHead().chunk(Wire.opening())
                    .chunk(Wire.frame("content_block_delta", Wire.delta("hi"))).awaitClientClosed());
            try (RawClient client = gateway.connect()) {
                WireReply reply = client.post("/v1/chat/completions", request).head();
                String frame = new String(reply.frame(), StandardCharsets.UTF_8);
                assertTrue(frame.startsWith("data: {\"id\":"), frame);
                Thread stop = Thread.startVirtualThread(gateway::close);
                String last = "";
                for (byte[] next = reply.frame(); next != null; next = reply.frame()) {
                    last = new String(next, StandardCharsets.UTF_8);
                }
                assertTrue(last.startsWith("data: {\"error\":{\"message\":\"the gateway is shutting down\"")
                        && last.contains("\"code\":\"overloaded\""), last);
                stop.join();
            }
        }
    }

    @Test
    void aMessageThatHasNotBegunIs529() throws Exception {
        try (ScriptedUpstream upstream = new ScriptedUpstream(); GatewayUnderTest gateway = start(upstream)) {
            upstream.script(UpstreamCall::awaitClientClosed);
            try (RawClient whole = gateway.connect(); RawClient stream = gateway.connect()) {
                whole.post("/v1/messages", Wire.request("up/x"));
                stream.post("/v1/messages", Wire.streaming("up/x"));
                Patience.await("both are under way").until(() -> upstream.calls().size() == 2);
                Thread stop = Thread.startVirtualThread(gateway::close);
                for (RawClient client : List.of(whole, stream)) {
                    WireReply reply = client.reply();
                    assertEquals(529, reply.status());
                    assertEquals("overloaded_error", reply.json().path("error").path("type").asText());
                    assertEquals(reply.header("request-id"), reply.json().path("request_id").asText());
                }
                stop.join();
                assertEquals(2, gateway.log().accessLines().stream().filter(line -> line.contains(" status=529 "))
                        .filter(line -> line.contains(" error=overloaded_error ")).count());
            }
        }
    }

    @Test
    void aDoorThatIsOpenedAgainServes() throws Exception {
        try (ScriptedUpstream upstream = new ScriptedUpstream(); GatewayUnderTest gateway = start(upstream)) {
            upstream.script(call -> call.json(Wire.MESSAGE));
            try (RawClient client = gateway.connect()) {
                gateway.context().getRouteController().stopRoute("messages");
                assertEquals(404, client.post("/v1/messages", Wire.request("up/x")).reply().status());
                gateway.context().getRouteController().startRoute("messages");
                assertEquals(Wire.MESSAGE, client.post("/v1/messages", Wire.request("up/x")).reply().text());
                assertEquals(405, client.get("/v1/messages").reply().status());
                gateway.context().getRouteController().stopRoute("fall-through");
                WireReply reply = client.get("/nothing").reply();
                assertEquals(404, reply.status());
                assertEquals("not_found_error", reply.json().path("error").path("type").asText());
                assertEquals(Wire.MESSAGE, client.post("/v1/messages", Wire.request("up/x")).reply().text());
            }
        }
    }
}
