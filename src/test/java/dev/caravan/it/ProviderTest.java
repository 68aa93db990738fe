package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.EventGrammar;
import dev.caravan.message.EventGrammar.Frame;
import dev.caravan.message.EventGrammar.Said;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** An upstream that speaks a dialect over real sockets, and a client that must get the events of the Messages API for it. */
abstract class ProviderTest extends GatewayTest {
    /** Opened when the client has read the first event of a stream that is to break off: a reset overtakes what was not read yet. */
    protected CountDownLatch begun;

    protected static List<Frame> frames(List<WireEvent> events) {
        return events.stream().map(event -> new Frame(event.name(), event.data())).toList();
    }

    /** Asks for a stream and waits for its head, which must be that of a stream that has begun well. */
    protected final WireReply stream(RawClient client, String model) throws IOException {
        WireReply reply = client.post("/v1/messages", Wire.streaming(model), "x-api-key: clients-own-key").head();
        assertEquals(200, reply.status());
        return reply;
    }

    /** The whole message that the client gets as a stream while the upstream does this. */
    protected final Said whole(String model, ScriptedUpstream.Script script) throws IOException {
        upstream.script(script);
        try (RawClient client = gateway.connect()) {
            return EventGrammar.wholeStream(frames(stream(client, model).events()));
        }
    }

    /**
     * The stream of such an upstream must begin well and end with one {@code error} event, which the access log tells too.
     *
     * @param words what the error's message must hold
     */
    protected final void assertEndsInError(String type, String words, String model, ScriptedUpstream.Script script)
            throws IOException {
        upstream.script(script);
        begun = new CountDownLatch(1);
        try (RawClient client = gateway.connect()) {
            WireReply reply = stream(client, model);
            List<WireEvent> events = new ArrayList<>(List.of(reply.event()));
            begun.countDown();
            events.addAll(reply.events());
            Said said = EventGrammar.failedStream(frames(events));
            assertEquals(type, said.error().path("type").asText());
            assertTrue(said.error().path("message").asText().contains(words), said.error().toString());
            assertFalse(said.error().toString().contains(Wire.UPSTREAM_KEY));
            assertEquals(200, client.get("/health/live").reply().status(), "the connection is as good as before");
        }
        gateway.awaitIdle();
        String line = gateway.log().accessLines().getFirst();
        assertTrue(line.contains(" status=200 ") && line.contains(" error=" + type + " "), line);
        assertEquals(List.of(), gateway.log().troubles());
    }

    /** Streaming or not, the client must get this status and the API's envelope; gives the last reply. */
    protected final WireReply assertFails(int status, String type, String model, ScriptedUpstream.Script script)
            throws IOException {
        upstream.script(script);
        WireReply reply = null;
        for (String request : List.of(Wire.request(model), Wire.streaming(model))) {
            try (RawClient client = gateway.connect()) {
                reply = client.post("/v1/messages", request).reply();
                assertEquals(status, reply.status(), reply.text());
                assertEquals("application/json", reply.header("content-type"));
                assertEquals("error", reply.json().path("type").asText());
                assertEquals(type, reply.json().path("error").path("type").asText());
                assertFalse(reply.json().path("error").path("message").asText().isBlank(), reply.text());
                assertFalse(reply.text().contains(Wire.UPSTREAM_KEY), reply.text());
            }
        }
        assertEquals(List.of(), gateway.log().troubles(), "an upstream's failure is no fault of Caravan");
        return reply;
    }
}
