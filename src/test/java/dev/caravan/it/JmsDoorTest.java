package dev.caravan.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The JMS door")
class JmsDoorTest extends GatewayTest {
    private static final int ATTEMPTS = 3;
    private static final int MOST_BODY = 200 * 1024;
    private static final String OVERLOADED = "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
            + "\"message\":\"busy, sorry\"}}";

    @TempDir
    private static Path directory;

    private JmsClient client;

    @Override
    protected String config() {
        return super.config() + """
            server: { max-body: 200KB }
            queue: { directory: "%s", attempts: %d, redelivery: { delay: 20ms, most: 50ms } }
            """.formatted(directory, ATTEMPTS);
    }

    @Override
    protected Map<String, String> properties() {
        return Map.of("caravan.requests.consumers", "2");
    }

    @BeforeEach
    void connect() throws JMSException {
        upstream.script(Wire::answer);
        client = JmsClient.of(gateway);
    }

    @AfterEach
    void disconnect() throws JMSException {
        client.close();
    }

    private static void assertTold(TextMessage answer, String type, int status) throws JMSException {
        assertEquals(type, answer.getStringProperty("caravanType"), answer.getText());
        assertEquals(status, answer.getIntProperty("caravanStatus"), answer.getText());
        assertTrue(answer.getBooleanProperty("caravanLast"));
        if (type.equals("error")) {
            assertEquals("error", Json.read(answer.getText()).path("type").asText());
        }
    }

    private static String error(TextMessage answer) throws JMSException {
        return Json.read(answer.getText()).at("/error/message").asText();
    }

    @Test
    void aRequestIsAnsweredByItsMessageUnderItsCorrelationId() throws Exception {
        TextMessage request = client.text(Wire.request("claude-up"));
        request.setJMSCorrelationID("order 17");
        TextMessage answer = client.ask(request);
        assertTold(answer, "message", 200);
        assertEquals("order 17", answer.getJMSCorrelationID());
        assertEquals(Json.read(Wire.MESSAGE), Json.read(answer.getText()));
        assertTrue(client.nothingMore());
        String line = gateway.log().accessLine();
        assertTrue(line.contains(" method=JMS path=caravan.requests status=200 client=jms "), line);
    }

    @Test
    void aRequestOfBytesWithoutCorrelationIdIsKnownByItsMessageId() throws Exception {
        BytesMessage request = client.session().createBytesMessage();
        request.writeBytes(Wire.request("claude-up").getBytes(UTF_8));
        request.setJMSReplyTo(client.replies());
        TextMessage answer = client.ask(request);
        assertTold(answer, "message", 200);
        assertEquals(request.getJMSMessageID(), answer.getJMSCorrelationID());
    }

    @Test
    void betasTravelInAProperty() throws Exception {
        TextMessage request = client.text(Wire.request("claude-up"));
        request.setStringProperty("anthropicBeta", "one-2025-01-01,two-2025-01-01");
        assertTold(client.ask(request), "message", 200);
        assertEquals("one-2025-01-01,two-2025-01-01", upstream.call().request().header("anthropic-beta"));
    }

    @Test
    void whatIsNoRequestIsRefusedAndNotTriedAgain() throws Exception {
        TextMessage wrong = client.ask(client.text("{\"model\":\"claude-up\",\"max_tokens\":\"many\"}"));
        assertTold(wrong, "error", 400);
        assertTrue(error(wrong).startsWith("max_tokens: "), wrong.getText());
        assertEquals(1, wrong.getIntProperty("caravanAttempt"));
        assertEquals(wrong.getStringProperty("caravanRequestId"),
                Json.read(wrong.getText()).path("request_id").asText());

        Message map = client.session().createMapMessage();
        map.setJMSReplyTo(client.replies());
        TextMessage notText = client.ask(map);
        assertTold(notText, "error", 400);
        assertEquals("expected a text or bytes message with a request as JSON", error(notText));

        TextMessage empty = client.ask(client.text(null));
        assertTold(empty, "error", 400);

        TextMessage old = client.text(Wire.request("claude-up"));
        old.setStringProperty("anthropicVersion", "2020-01-01");
        assertTold(client.ask(old), "error", 400);
        assertEquals(0, upstream.calls().size());
    }

    @Test
    void whatIsLargerThanAllowedIsRefused() throws Exception {
        String words = "x".repeat(MOST_BODY + 1);
        TextMessage answer = client.ask(client.text(words));
        assertTold(answer, "error", 413);
        assertTold(client.ask(client.text(words.repeat(10))), "error", 413);
        BytesMessage bytes = client.session().createBytesMessage();
        bytes.writeBytes(words.getBytes(UTF_8));
        bytes.setJMSReplyTo(client.replies());
        assertTold(client.ask(bytes), "error", 413);
        assertEquals(0, upstream.calls().size());
    }

    @Test
    void aStreamComesEventByEventWhileTheModelWrites() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        upstream.script(call -> call.streamHead().chunk(Wire.opening()).await(begun)
                .chunk(Wire.frame("content_block_delta", Wire.delta(Wire.ANSWER)) + Wire.closing()).lastChunk());
        TextMessage request = client.text(Wire.streaming("claude-up"));
        request.setJMSCorrelationID("talk");
        List<TextMessage> events = new ArrayList<>(List.of(client.ask(request), client.next()));
        begun.countDown();
        events.addAll(client.stream());
        List<String> names = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            TextMessage event = events.get(i);
            names.add(event.getStringProperty("caravanEvent"));
            assertEquals(i, event.getIntProperty("caravanSequence"));
            assertEquals("talk", event.getJMSCorrelationID());
            assertEquals("event", event.getStringProperty("caravanType"));
            assertEquals(names.getLast(), Json.read(event.getText()).path("type").asText());
            assertEquals(i == events.size() - 1, event.getBooleanProperty("caravanLast"));
        }
        assertEquals(List.of("message_start", "content_block_start", "content_block_delta", "content_block_stop",
                "message_delta", "message_stop"), names);
        assertTrue(client.nothingMore());
    }

    @Test
    void aStreamThatIsCutOffEndsWithAnErrorAndIsNotTriedAgain() throws Exception {
        upstream.script(call -> call.streamHead().chunk(Wire.opening()).lastChunk());
        client.requests().send(client.text(Wire.streaming("claude-up")));
        List<TextMessage> events = client.stream();
        assertEquals(3, events.size());
        TextMessage last = events.getLast();
        assertTold(last, "error", 502);
        assertEquals("error", last.getStringProperty("caravanEvent"));
        assertEquals(2, last.getIntProperty("caravanSequence"));
        assertEquals(1, upstream.calls().size());
    }

    @Test
    void aFailureThatMayPassIsTriedAgain() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        upstream.script(call -> {
            if (calls.incrementAndGet() < ATTEMPTS) {
                call.reply("529 Overloaded", "application/json", OVERLOADED);
            } else {
                Wire.answer(call);
            }
        });
        TextMessage answer = client.ask(client.text(Wire.request("claude-up")));
        assertTold(answer, "message", 200);
        assertEquals(ATTEMPTS, answer.getIntProperty("caravanAttempt"));
        assertTrue(client.nothingMore());
        calls.set(0);
        client.requests().send(client.text(Wire.streaming("claude-up")));
        List<TextMessage> events = client.stream();
        assertEquals(6, events.size());
        assertEquals(ATTEMPTS, events.getFirst().getIntProperty("caravanAttempt"));
    }

    @Test
    void theLastAttemptsFailureIsTheAnswer() throws Exception {
        upstream.script(call -> call.reply("529 Overloaded", "application/json", OVERLOADED));
        TextMessage answer = client.ask(client.text(Wire.request("claude-up")));
        assertTold(answer, "error", 529);
        assertEquals(ATTEMPTS, upstream.calls().size());
        assertEquals("busy, sorry", error(answer));
    }

    @Test
    void anAnswerHasThePriorityAndTheTimeLeftOfItsRequest() throws Exception {
        client.requests().setPriority(7);
        client.requests().setTimeToLive(60_000);
        TextMessage request = client.text(Wire.request("claude-up"));
        TextMessage answer = client.ask(request);
        assertEquals(7, answer.getJMSPriority());
        long difference = answer.getJMSExpiration() - request.getJMSExpiration();
        assertTrue(Math.abs(difference) < 1_000, "the answer expires " + difference + " ms after the request");
    }

    @Test
    void aRequestWaitsForItsDeliveryTime() throws Exception {
        client.requests().setDeliveryDelay(300);
        long sent = System.nanoTime();
        assertTold(client.ask(client.text(Wire.request("claude-up"))), "message", 200);
        assertTrue(System.nanoTime() - sent >= 290_000_000L);
    }

    @Test
    void anExpiredRequestIsNotRun() throws Exception {
        gateway.context().getRouteController().suspendRoute("requests");
        client.requests().setTimeToLive(1);
        TextMessage late = client.text(Wire.request("claude-late"));
        client.requests().send(late);
        Patience.await("it has expired").until(() -> System.currentTimeMillis() > late.getJMSExpiration());
        client.requests().setTimeToLive(0);
        client.requests().send(client.text(Wire.request("claude-up")));
        gateway.context().getRouteController().resumeRoute("requests");
        assertTold(client.next(), "message", 200);
        assertTrue(upstream.call().request().text().contains("claude-up"));
    }

    @Test
    void aRequestWhoseClientHasLeftIsNotRun() throws Exception {
        gateway.context().getRouteController().suspendRoute("requests");
        client.requests().send(client.text(Wire.request("claude-late")));
        client.close();
        gateway.context().getRouteController().resumeRoute("requests");
        Patience.await("it is logged").until(() -> gateway.log().accessLine().contains(" status=499 "));
        assertEquals(0, upstream.calls().size());
        assertEquals(List.of(), gateway.log().troubles());
    }

    @Test
    void aStreamEndsWhenItsClientLeaves() throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        upstream.script(call -> {
            call.streamHead().chunk(Wire.opening()).await(left);
            while (call.clientClosed().getCount() > 0) {
                call.chunk(Wire.frame("content_block_delta", Wire.delta(Wire.ANSWER)));
                Thread.sleep(20);
            }
        });
        assertFalse(client.ask(client.text(Wire.streaming("claude-up"))).getBooleanProperty("caravanLast"));
        client.close();
        left.countDown();
        assertCancelled();
    }

    @Test
    void aRequestThatNobodyWaitsForIsRun() throws Exception {
        client.requests().send(client.session().createTextMessage(Wire.request("claude-up")));
        client.requests().send(client.session().createTextMessage(Wire.streaming("claude-up")));
        Patience.await("both were run").until(() -> upstream.calls().size() == 2);
        gateway.awaitIdle();
        assertEquals(List.of(), gateway.log().troubles());
    }

    @Test
    void aRequestThatNobodyWaitsForAndFailsIsPutAside() throws Exception {
        client.requests().send(client.session().createTextMessage("no JSON"));
        TextMessage dead = (TextMessage) client.take("caravan.requests.dead");
        assertEquals("no JSON", dead.getText());
        assertEquals(400, dead.getIntProperty("caravanStatus"));
        assertEquals("invalid_request_error", dead.getStringProperty("caravanError"));
        String large = "x".repeat(5 * MOST_BODY);
        client.requests().send(client.session().createTextMessage(large));
        TextMessage deadLarge = (TextMessage) client.take("caravan.requests.dead");
        assertEquals(413, deadLarge.getIntProperty("caravanStatus"));
        assertEquals(large, deadLarge.getText());
    }

    @Test
    void anAnswerGoesToNoQueueOfCaravansOwn() throws Exception {
        for (String queue : List.of("caravan.work.http", "caravan.requests", "activemq.management")) {
            TextMessage request = client.text(Wire.request("claude-up"));
            request.setJMSReplyTo(client.session().createQueue(queue));
            client.requests().send(request);
            Message dead = client.take("caravan.requests.dead");
            assertTrue(dead.getStringProperty("caravanMessage").startsWith("JMSReplyTo: "));
        }
        assertEquals(0, upstream.calls().size());
        TextMessage request = client.text(Wire.request("claude-up"));
        request.setJMSReplyTo(client.session().createQueue("caravan.replies.mine"));
        client.requests().send(request);
        assertTold((TextMessage) client.take("caravan.replies.mine"), "message", 200);
    }
}
