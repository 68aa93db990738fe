package dev.caravan.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ConfigLoader;
import dev.caravan.config.Environment;
import dev.caravan.message.ApiException;
import dev.caravan.testkit.AnthropicServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ConsumerTemplate;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.StartupSummaryLevel;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A Camel of its own, which has Caravan's jar on its class path and runs what docs/kamelets.md shows, nothing else. */
@DisplayName("The kamelets in another project")
class AnotherProjectTest {
    private static final Path PAGE = Path.of("docs", "kamelets.md");
    private static final Pattern YAML = Pattern.compile("(?ms)^```yaml\n(.*?)^```");
    private static final long PATIENCE_MILLIS = 30_000;

    private DefaultCamelContext camel;
    private AnthropicServer claude;

    @BeforeEach
    void start() throws Exception {
        claude = new AnthropicServer();
        camel = new DefaultCamelContext();
        camel.setStartupSummaryLevel(StartupSummaryLevel.Off);
        load(example().replace("\"https://api.anthropic.com\"", "\"" + claude.url() + "\"")
                .replace("${ANTHROPIC_API_KEY}", "the-key-of-the-example"));
    }

    @AfterEach
    void stop() throws IOException {
        camel.close();
        claude.close();
    }

    private static String example() throws IOException {
        return yaml().getFirst();
    }

    private static List<String> yaml() throws IOException {
        return YAML.matcher(Files.readString(PAGE)).results().map(block -> block.group(1)).toList();
    }

    private void load(String yaml) throws Exception {
        PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString("example.camel.yaml", yaml));
    }

    private static String request(boolean stream) {
        return """
            {"model":"claude-x","max_tokens":100,"stream":%s,"messages":[{"role":"user","content":"Hi"}]}"""
                .formatted(stream);
    }

    @Test
    void theExampleIsInTheHouseStyle() throws IOException {
        BundleFile example = BundleFile.of("docs/kamelets.md", example());
        assertEquals(List.of(), CamelSchema.houseStyle().offences(example));
        assertEquals(List.of(), RouteRules.keptFailures(example));
    }

    @Test
    void aRequestIsAnsweredByAMessage() {
        camel.start();
        String message = camel.createProducerTemplate().requestBody("direct:ask", request(false), String.class);
        assertTrue(message.contains("\"text\":\"" + String.join("", AnthropicServer.ANSWER) + "\""), message);
        AnthropicServer.Request asked = claude.requests().getFirst();
        assertEquals("the-key-of-the-example", asked.apiKey());
        assertTrue(asked.body().contains("\"model\":\"claude-x\""), asked.body());
    }

    /** What asks for a stream need not get one: a request that waited in a queue, say. */
    @Test
    void aRequestForAStreamCanBeAnsweredByAMessageToo() {
        camel.start();
        claude.release(AnthropicServer.ANSWER.size());
        String message = camel.createProducerTemplate().requestBody("direct:ask", request(true), String.class);
        assertEquals(camel.createProducerTemplate().requestBody("direct:ask", request(false), String.class), message);
        assertTrue(claude.requests().getFirst().body().contains("\"stream\":true"));
    }

    @Test
    void eventsArriveOneByOneWhileTheModelWrites() throws Exception {
        camel.start();
        try (ProducerTemplate producer = camel.createProducerTemplate();
                ConsumerTemplate events = camel.createConsumerTemplate()) {
            CompletableFuture<Object> told = producer.asyncRequestBody("direct:tell", request(true));
            assertEquals("message_start", next(events).getMessage().getHeader("event"));
            assertEquals("content_block_start", next(events).getMessage().getHeader("event"));
            for (String word : AnthropicServer.ANSWER) {
                claude.release(1); // the next word is not even sent before this one is here
                String data = next(events).getMessage().getBody(String.class);
                assertTrue(data.contains("\"text\":\"" + word + "\""), data);
            }
            List<Object> rest = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                rest.add(next(events).getMessage().getHeader("event"));
            }
            assertEquals(List.of("content_block_stop", "message_delta", "message_stop"), rest);
            told.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        }
        assertTrue(claude.requests().getFirst().body().contains("\"model\":\"claude-sonnet-4-5\""),
                "the kamelet's own model is asked for");
    }

    private static Exchange next(ConsumerTemplate events) {
        Exchange event = events.receive("seda:events", PATIENCE_MILLIS);
        assertNotNull(event, "no event came");
        return event;
    }

    @Test
    void aFailureBehindTheSplitEndsTheStreamAtOnce() throws Exception {
        load("""
            - onException:
                exception: [java.lang.Throwable]
                steps:
                  - to: { uri: kamelet:caravan-cancel-action, parameters: { noErrorHandler: true } }
            - from:
                uri: direct:enough
                steps:
                  - to: { uri: kamelet:caravan-validate-action, parameters: { noErrorHandler: true } }
                  - to: { uri: kamelet:caravan-anthropic-generate-action, parameters: { noErrorHandler: true, provider: claude } }
                  - split:
                      streaming: true
                      stopOnException: true
                      expression: { simple: { expression: "${body}" } }
                      steps:
                        - filter:
                            expression: { simple: { expression: "${body.name} == 'content_block_delta'" } }
                            steps:
                              - throwException: { exceptionType: java.lang.IllegalStateException, message: enough }
            """);
        camel.start();
        claude.release(1); // the upstream keeps the other words back, so who reads on waits for long
        CompletableFuture<Object> told = camel.createProducerTemplate().asyncRequestBody("direct:enough",
                request(true));
        ExecutionException failure = assertThrows(ExecutionException.class,
                () -> told.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
        assertEquals("enough", rootCause(failure).getMessage());
    }

    private static Throwable rootCause(Throwable failure) {
        return failure.getCause() == null ? failure : rootCause(failure.getCause());
    }

    @Test
    void aRequestThatBreaksTheRulesNamesTheField() {
        camel.start();
        ApiException refusal = refused("direct:ask", "{\"model\":\"x\",\"max_tokens\":\"many\",\"messages\":[]}");
        assertEquals(400, refusal.status());
        assertTrue(refusal.getMessage().startsWith("max_tokens: "), refusal.getMessage());
        assertEquals(List.of(), claude.requests());
    }

    @Test
    void generateAsksForValidateFirst() throws Exception {
        load("""
            - from:
                uri: direct:unchecked
                steps:
                  - to: { uri: kamelet:caravan-anthropic-generate-action, parameters: { noErrorHandler: true, provider: claude } }
            """);
        camel.start();
        CamelExecutionException failure = assertThrows(CamelExecutionException.class,
                () -> camel.createProducerTemplate().requestBody("direct:unchecked", request(false)));
        assertEquals("there is no request to answer: caravan-validate-action comes first",
                failure.getCause().getMessage());
    }

    @Test
    void keysAndRulesNeedNoMoreThanAConfiguration() throws Exception {
        camel.getRegistry().bind("mine",
                new ConfigLoader(Environment.of(Map.of()), Path.of("")).parse(Path.of("caravan.yaml"), """
                    keys: [{ name: ci, key: a-key-of-a-client }]
                    providers:
                      claude: { dialect: anthropic, base-url: "http://127.0.0.1:9" }
                    models:
                      - { match: "claude-*", to: "claude/model-of-a-rule" }
                    """));
        load("""
            - from:
                uri: direct:guarded
                steps:
                  - to: { uri: kamelet:caravan-authenticate-action, parameters: { noErrorHandler: true, config: mine } }
                  - to: { uri: kamelet:caravan-validate-action, parameters: { noErrorHandler: true } }
                  - to: { uri: kamelet:caravan-route-action, parameters: { noErrorHandler: true, config: mine } }
                  - to: { uri: kamelet:caravan-anthropic-generate-action, parameters: { noErrorHandler: true, provider: claude } }
                  - to: { uri: kamelet:caravan-aggregate-action, parameters: { noErrorHandler: true } }
            """);
        camel.start();
        assertEquals(401, refused("direct:guarded", request(false)).status());
        camel.createProducerTemplate().requestBodyAndHeader("direct:guarded", request(false), "x-api-key",
                "a-key-of-a-client");
        String body = claude.requests().getFirst().body();
        assertTrue(body.contains("\"model\":\"model-of-a-rule\""), body);
    }

    @Test
    void failuresCanBePutIntoTheApisTerms() throws Exception {
        claude.close();
        load("""
            - onException:
                exception: [java.io.IOException]
                handled: { constant: { expression: "true" } }
                steps:
                  - to: { uri: kamelet:caravan-fail-action, parameters: { noErrorHandler: true, message: is away } }
                  - setBody: { expression: { exchangeProperty: { expression: CamelExceptionCaught } } }
            - from:
                uri: direct:told
                steps:
                  - to: { uri: kamelet:caravan-validate-action, parameters: { noErrorHandler: true } }
                  - to: { uri: kamelet:caravan-anthropic-generate-action, parameters: { noErrorHandler: true, provider: claude } }
            """);
        camel.start();
        ApiException told = assertInstanceOf(ApiException.class,
                camel.createProducerTemplate().requestBody("direct:told", request(false)));
        assertEquals(502, told.status());
        assertEquals("provider claude is away", told.getMessage());
    }

    private ApiException refused(String endpoint, String request) {
        CamelExecutionException failure = assertThrows(CamelExecutionException.class,
                () -> camel.createProducerTemplate().requestBody(endpoint, request));
        return assertInstanceOf(ApiException.class, failure.getCause());
    }

    @Test
    void theConfigurationOfThePageIsReadFromTheFile() throws Exception {
        load(yaml().get(1));
        CaravanConfig config = camel.getRegistry().lookupByNameAndType("caravanConfig", CaravanConfig.class);
        assertEquals(Path.of("caravan.yaml"), config.source().file());
    }

    @Test
    void thePageTellsEveryKameletAndProperty() throws IOException {
        List<String> page = Files.readAllLines(PAGE);
        for (BundleFile kamelet : BundleFile.kamelets()) {
            String name = kamelet.name().replace(".kamelet.yaml", "");
            String row = page.stream().filter(line -> line.startsWith("| `" + name + "` |")).findFirst()
                    .orElseThrow(() -> new AssertionError(PAGE + " has no row for " + name));
            kamelet.yaml().at("/spec/definition/properties").fieldNames().forEachRemaining(
                    property -> assertTrue(row.contains("`" + property + "`"),
                            PAGE + ": " + name + " has " + property));
        }
    }
}
