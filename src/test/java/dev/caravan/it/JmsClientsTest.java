package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.testkit.ExternalBroker;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.ConsumerTemplate;
import org.apache.camel.Exchange;
import org.apache.camel.StartupSummaryLevel;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The JMS door through a broker that is a process of its own, and the kamelets that use it from another Camel. */
@DisplayName("Clients of the JMS door, and a broker outside,")
class JmsClientsTest extends GatewayTest {
    private static final Map<String, String> SOON = Map.of("caravan.redelivery.delay", "50",
            "caravan.redelivery.most", "200");
    private static final int REQUESTS = 60;
    private static final int CONSUMERS = 4;
    private static final long PATIENCE_MILLIS = 60_000;

    @TempDir
    private static Path directory;
    private ExternalBroker broker;

    @Override
    protected String config() {
        return super.config() + """
            queue: { directory: "%s", broker: "%s", broker-user: %s, broker-password: %s }
            """.formatted(directory.resolve("data"), broker.url(), ExternalBroker.USER, ExternalBroker.PASSWORD);
    }

    @BeforeAll
    @Override
    void startGateway() {
        try {
            broker = ExternalBroker.start(Files.createDirectory(directory.resolve("broker")), SOON);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        super.startGateway();
    }

    @AfterAll
    @Override
    void stopGateway() throws IOException {
        if (gateway != null) {
            super.stopGateway();
        }
        if (broker != null) {
            broker.close();
        }
    }

    private ConnectionFactory connections() {
        return new ActiveMQConnectionFactory(broker.url(), ExternalBroker.USER, ExternalBroker.PASSWORD);
    }

    private Connection connect() throws JMSException {
        Connection connection = connections().createConnection();
        connection.start();
        return connection;
    }

    private DefaultCamelContext camel(String routes) throws Exception {
        DefaultCamelContext camel = new DefaultCamelContext();
        camel.setStartupSummaryLevel(StartupSummaryLevel.Off);
        PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString("client.camel.yaml",
                routes.replace("BROKER", "brokerUrl: \"" + broker.url() + "\", user: " + ExternalBroker.USER
                        + ", password: " + ExternalBroker.PASSWORD)));
        camel.start();
        return camel;
    }

    @Test
    void theKameletsSendPromptsAndBringTheirAnswers() throws Exception {
        upstream.script(Wire::answer);
        try (DefaultCamelContext camel = camel("""
            - from:
                uri: direct:submit
                steps:
                  - to:
                      uri: kamelet:caravan-jobs-sink
                      parameters: { BROKER, model: claude-up, replyQueue: caravan.replies.a, priority: 6,
                        correlationId: "${header.CamelFileName}" }
                  - to: mock:submitted
            - from:
                uri: kamelet:caravan-jobs-source
                parameters: { BROKER, replyQueue: caravan.replies.a, output: text }
                steps:
                  - to: seda:finished
            """); ConsumerTemplate finished = camel.createConsumerTemplate()) {
            camel.createProducerTemplate().sendBodyAndHeader("direct:submit", Wire.PROMPT, Exchange.FILE_NAME,
                    "a b.txt");
            Exchange answer = finished.receive("seda:finished", PATIENCE_MILLIS);
            assertNotNull(answer, "no answer came");
            assertEquals("a b.txt", answer.getMessage().getHeader("caravanCorrelationId"));
            assertEquals("message", answer.getMessage().getHeader("caravanType"));
            assertEquals("end_turn", answer.getMessage().getHeader("caravanStopReason"));
            assertEquals(6, answer.getMessage().getHeader("JMSPriority"));
            assertEquals(Wire.ANSWER + " é", answer.getMessage().getBody(String.class));
            assertTrue(upstream.call().request().text().contains("\"max_tokens\":1024"));

            camel.createProducerTemplate().sendBody("direct:submit",
                    Wire.request("claude-up").replace("64", "-1"));
            Exchange failure = finished.receive("seda:finished", PATIENCE_MILLIS);
            assertEquals("error", failure.getMessage().getHeader("caravanType"));
            assertEquals(400, failure.getMessage().getHeader("caravanStatus"));
            assertEquals("invalid_request_error",
                    Json.read(failure.getMessage().getBody(String.class)).at("/error/type").asText());
        }
    }

    @Test
    void anAnswerThatARouteFailsOnIsBroughtAgain() throws Exception {
        upstream.script(Wire::answer);
        AtomicInteger tries = new AtomicInteger();
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            camel.getRegistry().bind("fails", (org.apache.camel.Processor) exchange -> {
                if (tries.incrementAndGet() < 3) {
                    throw new IllegalStateException("the disk is full");
                }
            });
            PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString("client.camel.yaml", """
                - from:
                    uri: direct:submit
                    steps:
                      - to:
                          uri: kamelet:caravan-jobs-sink
                          parameters: { BROKER, model: claude-up, replyQueue: caravan.replies.b }
                - from:
                    uri: kamelet:caravan-jobs-source
                    parameters: { BROKER, replyQueue: caravan.replies.b }
                    steps:
                      - process: { ref: fails }
                      - to: seda:finished
                """.replace("BROKER", "brokerUrl: \"" + broker.url() + "\", user: " + ExternalBroker.USER
                    + ", password: " + ExternalBroker.PASSWORD)));
            camel.start();
            camel.createProducerTemplate().sendBody("direct:submit", Wire.PROMPT);
            Exchange answer = camel.createConsumerTemplate().receive("seda:finished", PATIENCE_MILLIS);
            assertNotNull(answer, "no answer came");
            assertEquals(3, tries.get());
            assertEquals(1, upstream.calls().size(), "the model was asked once");
        }
    }

    @Test
    void theExampleOfAFolderAnswersEachPromptAlsoWhenTheGatewayComesLater() throws Exception {
        upstream.script(Wire::answer);
        Path prompts = Files.createDirectory(directory.resolve("prompts"));
        Path answers = directory.resolve("answers");
        Files.writeString(prompts.resolve("one.txt"), Wire.PROMPT);
        Files.writeString(prompts.resolve("two.txt"), Wire.request("claude-up").replace("64", "-1"));
        gateway.context().getRouteController().suspendRoute("requests");
        Map<String, String> properties = Map.of("broker", broker.url(), "broker.user", ExternalBroker.USER,
                "broker.password", ExternalBroker.PASSWORD, "model", "claude-up", "prompts", prompts.toString(),
                "answers", answers.toString());
        try (Example folder = Example.start("folder-jms", properties)) {
            Patience.await("both are submitted").atMost(Duration.ofSeconds(60))
                    .until(() -> Example.files(prompts.resolve("submitted")).size() == 2);
        }
        gateway.context().getRouteController().resumeRoute("requests");
        try (Example folder = Example.start("folder-jms", properties)) {
            Patience.await("both have an answer").atMost(Duration.ofSeconds(60))
                    .until(() -> !Example.files(answers).isEmpty()
                            && !Example.files(answers.resolve("failed")).isEmpty());
        }
        assertEquals(Wire.ANSWER + " é", Files.readString(answers.resolve("one.txt")));
        assertEquals("error",
                Json.read(Files.readString(answers.resolve("failed/two.txt.json"))).path("type").asText());
    }

    @Test
    void whatAGatewayIsAtWhenItStopsIsDoneByAnother() throws Exception {
        CountDownLatch stopped = new CountDownLatch(1);
        upstream.script(call -> {
            if (stopped.getCount() > 0) {
                call.awaitClientClosed();
            } else {
                Wire.answer(call);
            }
        });
        gateway.context().getRouteController().suspendRoute("requests");
        try (JmsClient client = new JmsClient(connections())) {
            try (GatewayUnderTest other = GatewayUnderTest.start(config().replace("%s", upstream.url()))) {
                client.requests().send(client.text(Wire.request("claude-up")));
                Patience.await("it is at hand").until(() -> upstream.calls().size() == 1);
            }
            stopped.countDown();
            gateway.context().getRouteController().resumeRoute("requests");
            TextMessage answer = client.next();
            assertEquals("message", answer.getStringProperty("caravanType"));
            assertEquals(2, answer.getIntProperty("caravanAttempt"));
            assertTrue(client.nothingMore());
        }
    }

    /** The reply and the acknowledgement are one: a broker that dies between them would else lose one, or send two. */
    @Test
    void everyRequestHasOneAnswerHoweverOftenTheBrokerIsKilled() throws Exception {
        upstream.script(call -> {
            Thread.sleep(40);
            Wire.answer(call);
        });
        try (Connection connection = connect(); Session session = connection.createSession(true, 0)) {
            Queue replies = session.createQueue("caravan.replies.crash");
            try (MessageProducer producer = session.createProducer(session.createQueue("caravan.requests"))) {
                for (int i = 0; i < REQUESTS; i++) {
                    TextMessage request = session.createTextMessage(Wire.request("claude-up"));
                    request.setJMSReplyTo(replies);
                    request.setJMSCorrelationID("request " + i);
                    producer.send(request);
                }
            }
            session.commit();
        }
        int kills = 0;
        for (int calls : List.of(8, 25, 45)) {
            Patience.await("some are done").atMost(Duration.ofSeconds(60))
                    .until(() -> upstream.calls().size() >= calls);
            broker.kill();
            broker.restart();
            kills++;
        }
        Map<String, Integer> answers = answers("caravan.replies.crash");
        assertEquals(REQUESTS, answers.size());
        assertEquals(List.of(), answers.entrySet().stream().filter(answer -> answer.getValue() != 1).toList());
        int calls = upstream.calls().size();
        assertTrue(calls <= REQUESTS + kills * CONSUMERS, calls + " calls");
    }

    /** How many answers each request has, once there is one for all and nothing more comes. */
    private Map<String, Integer> answers(String queue) throws JMSException {
        Map<String, Integer> answers = new TreeMap<>();
        try (Connection connection = connect();
                Session session = connection.createSession();
                MessageConsumer consumer = session.createConsumer(session.createQueue(queue))) {
            while (answers.size() < REQUESTS) {
                Message answer = consumer.receive(PATIENCE_MILLIS);
                assertNotNull(answer, "only " + answers.size() + " requests were answered");
                assertEquals("message", answer.getStringProperty("caravanType"));
                answers.merge(answer.getJMSCorrelationID(), 1, Integer::sum);
            }
            gateway.awaitIdle();
            for (Message more = consumer.receive(1_000); more != null; more = consumer.receive(1_000)) {
                answers.merge(more.getJMSCorrelationID(), 1, Integer::sum);
            }
        }
        return answers;
    }
}
