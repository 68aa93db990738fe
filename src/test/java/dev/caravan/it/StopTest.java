package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
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
    void aStreamThatDoesNotIsBrokenAndDoesNotLookWhole() throws Exception {
        try (ScriptedUpstream upstream = new ScriptedUpstream(); GatewayUnderTest gateway = start(upstream)) {
            upstream.script(call -> call.streamHead().chunk(Wire.opening()).awaitClientClosed());
            try (RawClient client = gateway.connect()) {
                WireReply reply = client.post("/v1/messages", Wire.streaming("up/x")).head();
                assertEquals("message_start", reply.event().name());
                Thread stop = Thread.startVirtualThread(gateway::close);
                assertFalse(endsLikeAWholeOne(reply));
                Patience.await("the upstream is given up").until(() -> upstream.call().clientClosed().getCount() == 0);
                stop.join();
            }
        }
    }

    private static boolean endsLikeAWholeOne(WireReply reply) throws IOException {
        try {
            List<WireEvent> events = reply.events();
            return events.stream().noneMatch(event -> event.name().equals("error"));
        } catch (EOFException | java.net.SocketException e) {
            return false;
        }
    }
}
