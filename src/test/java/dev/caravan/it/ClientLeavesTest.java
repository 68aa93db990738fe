package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * When the client goes, at whatever moment, the upstream's connection is closed at once and the call is over. The upstream in
 * these tests never comes to an end by itself and the time-outs are long, so that nothing else can have closed it.
 */
@Tag("case-6")
class ClientLeavesTest extends GatewayTest {
    private final ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final List<Socket> queued = new ArrayList<>();

    ClientLeavesTest() throws IOException {}

    /** How a client leaves. */
    enum Leaving {
        CLOSE {
            @Override
            void leave(RawClient client) throws IOException {
                client.close();
            }
        },
        RESET {
            @Override
            void leave(RawClient client) throws IOException {
                client.reset();
            }
        },
        HALF_CLOSE {
            @Override
            void leave(RawClient client) throws IOException {
                client.halfClose();
            }
        };

        abstract void leave(RawClient client) throws IOException;
    }

    @Override
    protected String config() {
        return """
            timeouts: { connect: 1h, idle: 1h }
            providers:
              up: { dialect: anthropic, base-url: "%s", api-key: upstream-key-0123456789 }
              full: { dialect: anthropic, base-url: "http://127.0.0.1:@full@" }
            models:
              - { match: "claude-*", to: "up/{model}" }
            """.replace("@full@", Integer.toString(full.getLocalPort()));
    }

    @AfterAll
    void emptyTheQueue() throws IOException {
        for (Socket socket : queued) {
            socket.close();
        }
        full.close();
    }

    @ParameterizedTest
    @EnumSource(Leaving.class)
    void midStreamWhileTheUpstreamIsSilent(Leaving how) throws IOException {
        upstream.script(call -> call.streamHead().chunk(Wire.opening()).awaitClientClosed());
        try (RawClient client = gateway.connect()) {
            client.post("/v1/messages", Wire.streaming("claude-x")).head().event();
            how.leave(client);
            assertCancelled();
        }
    }

    @ParameterizedTest
    @EnumSource(Leaving.class)
    void midStreamWhileTheUpstreamGoesOn(Leaving how) throws IOException {
        upstream.script(call -> {
            call.streamHead().chunk(Wire.opening());
            while (true) {
                call.chunk(Wire.frame("content_block_delta", Wire.delta(Wire.ANSWER)));
            }
        });
        try (RawClient client = gateway.connect()) {
            client.post("/v1/messages", Wire.streaming("claude-x")).head().event();
            how.leave(client);
            assertCancelled();
        }
    }

    @ParameterizedTest
    @EnumSource(Leaving.class)
    void beforeTheUpstreamsFirstByte(Leaving how) throws IOException {
        leavesOnceTheUpstreamIsAsked(how, Wire.streaming("claude-x"));
    }

    @Test
    void betweenTheUpstreamsHeadersAndItsFirstEvent() throws IOException {
        upstream.script(call -> call.streamHead().awaitClientClosed());
        try (RawClient client = gateway.connect()) {
            client.post("/v1/messages", Wire.streaming("claude-x"));
            Patience.await("the headers are sent")
                    .until(() -> !upstream.calls().isEmpty() && upstream.call().written() > 0);
        }
        assertCancelled();
    }

    @ParameterizedTest
    @EnumSource(Leaving.class)
    void inACallThatDoesNotStream(Leaving how) throws IOException {
        leavesOnceTheUpstreamIsAsked(how, Wire.request("claude-x"));
    }

    private void leavesOnceTheUpstreamIsAsked(Leaving how, String request) throws IOException {
        upstream.script(UpstreamCall::awaitClientClosed);
        try (RawClient client = gateway.connect()) {
            client.post("/v1/messages", request);
            Patience.await("the upstream is asked").until(() -> !upstream.calls().isEmpty());
            how.leave(client);
            assertCancelled();
        }
    }

    @Test
    void inAWholeMessageThatIsStillArriving() throws IOException {
        leavesOnceHalfIsSent("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n"
                + Wire.MESSAGE);
    }

    @Test
    void whileAnErrorIsStillArriving() throws IOException {
        leavesOnceHalfIsSent("HTTP/1.1 500 Oh\r\ncontent-type: text/html\r\ncontent-length: 100000\r\n\r\n<html>");
    }

    private void leavesOnceHalfIsSent(String half) throws IOException {
        upstream.script(call -> call.send(half).awaitClientClosed());
        try (RawClient client = gateway.connect()) {
            client.post("/v1/messages", Wire.request("claude-x"));
            Patience.await("half is sent").until(() -> !upstream.calls().isEmpty() && upstream.call().written() > 0);
        }
        assertCancelled();
    }

    @Test
    void withAnotherRequestSentAlready() throws IOException {
        upstream.script(call -> call.streamHead().chunk(Wire.opening()).awaitClientClosed());
        try (RawClient client = gateway.connect()) {
            client.post("/v1/messages", Wire.streaming("claude-x")).post("/v1/messages", Wire.streaming("claude-x"));
            client.head().event();
        }
        assertCancelled();
    }

    @Test
    void whileTheConnectionToTheUpstreamIsBeingMade() throws IOException {
        fillTheQueue();
        try (RawClient client = gateway.connect()) {
            client.post("/v1/messages", Wire.request("full/x"));
            Patience.await("the provider is called")
                    .until(() -> gateway.context().getInflightRepository().size("provider-full") == 1);
        }
        assertLoggedAsCancelled();
        assertTrue(gateway.log().accessLine().contains(" target=\"full/x\" "));
    }

    private void fillTheQueue() throws IOException {
        for (int i = 0; i < 4; i++) {
            Socket socket = new Socket();
            queued.add(socket);
            try {
                socket.connect(full.getLocalSocketAddress(), 50);
            } catch (SocketTimeoutException e) {
                return;
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Leaving.class)
    void whileItSendsItsBody(Leaving how) throws IOException {
        try (RawClient client = gateway.connect()) {
            client.send("POST /v1/messages HTTP/1.1\r\nhost: caravan\r\ncontent-length: 1000\r\n\r\n{\"model\":");
            Patience.await("the call has begun").until(() -> gateway.activeCalls() == 1);
            how.leave(client);
            assertLoggedAsCancelled();
        }
        assertEquals(0, upstream.calls().size());
    }

    @Test
    void afterTheWholeReplyIsNoCancellation() throws IOException {
        upstream.script(call -> call.streamHead().chunk(Wire.stream()).awaitClientClosed());
        try (RawClient client = gateway.connect()) {
            client.post("/v1/messages", Wire.streaming("claude-x")).reply();
        }
        String line = gateway.log().accessLine();
        assertTrue(line.contains(" status=200 ") && line.endsWith(" cancelled=false"), line);
    }
}
