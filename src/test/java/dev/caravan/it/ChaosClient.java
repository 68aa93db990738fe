package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.EventGrammar.Frame;
import dev.caravan.message.EventGrammar.Said;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** One client of the chaos: makes its calls as their plans say, and holds each reply against what may be answered. */
final class ChaosClient {
    private static final int SMALL_BUFFER = 4 * 1024;

    private ChaosClient() {}

    /**
     * Makes one call.
     *
     * @throws AssertionError when the reply is none that may be
     */
    static void call(int port, ChaosPlan plan) {
        Random random = plan.random();
        try (RawClient client = plan.client() == ChaosPlan.Client.PAUSES
                ? RawClient.connect(port, SMALL_BUFFER)
                : RawClient.connect(port)) {
            switch (plan.client()) {
                case BROKEN_BODY -> sendBroken(client, plan, random);
                case HALF_BODY ->
                    client.send("POST /v1/messages HTTP/1.1\r\nhost: caravan\r\ncontent-length: 5000\r\n\r\n"
                            + plan.body());
                case LEAVES -> {
                    client.post("/v1/messages", plan.body());
                    leave(client, plan, random);
                }
                case PAUSES -> {
                    client.post("/v1/messages", plan.body());
                    pause(random.nextInt(1_000));
                    check(client.head(), plan);
                }
                case STAYS -> {
                    client.post("/v1/messages", plan.body());
                    check(client.head(), plan);
                    assertEquals(200, client.get("/health/live").reply().status(), "the connection still serves");
                }
            }
        } catch (AssertionError | IOException | InterruptedException | RuntimeException e) {
            throw new AssertionError(plan + ": " + e, e);
        }
    }

    /** A body that is not JSON any more, of the length that is announced. */
    private static void sendBroken(RawClient client, ChaosPlan plan, Random random) throws IOException {
        String body = plan.body();
        client.post("/v1/messages", body.substring(0, random.nextInt(body.length())));
        WireReply reply = client.reply();
        assertEquals(400, reply.status());
        refused(reply);
    }

    /** Reads some of the reply, if it comes soon, and goes. */
    private static void leave(RawClient client, ChaosPlan plan, Random random) throws IOException {
        client.patience(1 + random.nextInt(400));
        try {
            if (random.nextInt(4) > 0) {
                WireReply reply = client.head();
                for (int events = random.nextInt(plan.words()); events > 0 && plan.stream() && reply.status() == 200
                        && reply.event() != null; events--) {
                    // read on
                }
            }
        } catch (SocketTimeoutException e) {
            // has waited long enough
        }
        if (random.nextBoolean()) {
            client.reset();
        }
    }

    private static void check(WireReply reply, ChaosPlan plan) throws IOException {
        assertNotNull(reply.header("request-id"), "a reply without request-id");
        if (reply.status() != 200) {
            refused(reply);
            assertFalse(plan.upstream().finishes(),
                    () -> "a refusal of what the upstream has answered: " + plain(reply));
        } else if (plan.stream()) {
            stream(reply, plan);
        } else {
            JsonNode message = reply.json();
            assertTrue(plan.upstream().finishes(), () -> "half a message: " + message);
            assertEquals(plan.text(), message.path("content").path(0).path("text").asText());
            assertEquals("end_turn", message.path("stop_reason").asText());
        }
    }

    private static String plain(WireReply reply) {
        try {
            return reply.status() + " " + reply.text();
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** A refusal is the API's envelope, and no failure of Caravan itself. */
    private static void refused(WireReply reply) throws IOException {
        JsonNode envelope = reply.json();
        assertEquals("error", envelope.path("type").asText(), () -> plain(reply));
        assertTrue(reply.status() >= 400, () -> plain(reply));
        error(envelope.path("error"));
        assertEquals(reply.header("request-id"), envelope.path("request_id").asText(reply.header("request-id")));
    }

    private static void error(JsonNode error) {
        assertTrue(error.path("type").asText().endsWith("_error"), error::toString);
        assertFalse(error.path("message").asText().isEmpty(), error::toString);
        assertFalse(error.path("message").asText().equals("Internal server error"), error::toString);
    }

    private static void stream(WireReply reply, ChaosPlan plan) throws IOException {
        List<Frame> frames = new ArrayList<>();
        for (WireEvent event : reply.events()) {
            if (!event.isComment()) {
                frames.add(new Frame(event.name(), event.data()));
            }
        }
        assertFalse(frames.isEmpty(), "a stream without an event");
        if (plan.upstream().finishes()) {
            Said said = EventGrammar.wholeStream(frames);
            assertEquals("end_turn", said.stopReason());
            assertEquals(plan.text(), said.blocks().getFirst().content());
        } else {
            error(EventGrammar.failedStream(frames).error());
            StringBuilder text = new StringBuilder();
            frames.stream().filter(frame -> frame.event().equals("content_block_delta"))
                    .forEach(frame -> text
                            .append(new WireEvent("", frame.data(), 0).json().path("delta").path("text").asText()));
            assertTrue(plan.text().startsWith(text.toString()), () -> "not what the upstream said: " + text);
        }
    }

    /** A pause that belongs to the schedule; nothing is waited for. */
    private static void pause(int millis) throws InterruptedException {
        assertFalse(new Semaphore(0).tryAcquire(millis, TimeUnit.MILLISECONDS));
    }
}
