package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.message.ApiException;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.StartupSummaryLevel;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The kamelet that asks a gateway")
class MessagesKameletTest extends GatewayTest {
    private static final String KEY = "a-key-of-this-test-0123456789";

    private DefaultCamelContext camel;

    @Override
    protected String config() {
        return super.config() + "keys: [" + KEY + "]\n";
    }

    @Override
    protected List<String> secrets() {
        return List.of(Wire.PROMPT, Wire.ANSWER, Wire.UPSTREAM_KEY, KEY);
    }

    @BeforeEach
    void start() throws Exception {
        upstream.script(Wire::answer);
        camel = new DefaultCamelContext();
        camel.setStartupSummaryLevel(StartupSummaryLevel.Off);
        PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString("client.camel.yaml", """
            - from:
                uri: direct:text
                steps:
                  - to:
                      uri: kamelet:caravan-messages-action
                      parameters: { url: "URL", apiKey: KEY, model: claude-up, output: text, maxTokens: 77 }
            - from:
                uri: direct:message
                steps:
                  - to:
                      uri: kamelet:caravan-messages-action
                      parameters: { url: "URL/", apiKey: KEY }
            - from:
                uri: direct:keyless
                steps:
                  - to:
                      uri: kamelet:caravan-messages-action
                      parameters: { url: "URL", model: claude-up }
            - from:
                uri: direct:impatient
                steps:
                  - to:
                      uri: kamelet:caravan-messages-action
                      parameters: { url: "URL", apiKey: KEY, model: claude-up, requestTimeout: 300ms }
            """.replace("URL", gateway.uri("").toString()).replace("KEY", KEY)));
        camel.start();
    }

    @AfterEach
    void stop() throws Exception {
        camel.close();
    }

    private Exchange ask(String route, Object body) {
        return camel.createProducerTemplate().request("direct:" + route, exchange -> {
            exchange.getMessage().setBody(body);
            exchange.getMessage().setHeaders(Map.of(Exchange.FILE_NAME, "a.txt", "X-Mine", "private",
                    Exchange.HTTP_URI, "http://127.0.0.1:1/elsewhere"));
        });
    }

    private static ApiException failure(Exchange exchange) {
        return assertInstanceOf(ApiException.class, exchange.getException());
    }

    @Test
    void aPromptBecomesItsAnswersText() {
        Exchange answer = ask("text", Wire.PROMPT);
        assertNull(answer.getException());
        assertEquals(Wire.ANSWER + " é", answer.getMessage().getBody(String.class));
        JsonNode request = Json.read(upstream.call().request().text());
        assertEquals("claude-up", request.path("model").asText());
        assertEquals(77, request.path("max_tokens").asInt());
        assertEquals(Wire.PROMPT, request.at("/messages/0/content").asText());
    }

    @Test
    void aRequestBecomesItsMessage() {
        Exchange answer = ask("message", Wire.request("claude-up"));
        assertNull(answer.getException());
        assertEquals(Json.read(Wire.MESSAGE), Json.read(answer.getMessage().getBody(String.class)));
        assertEquals(64, Json.read(upstream.call().request().text()).path("max_tokens").asInt());
    }

    @Test
    void theRoutesHeadersStayWithTheRoute() {
        Exchange answer = ask("text", Wire.PROMPT);
        assertEquals("a.txt", answer.getMessage().getHeader(Exchange.FILE_NAME));
        assertEquals("private", answer.getMessage().getHeader("X-Mine"));
        assertEquals("end_turn", answer.getMessage().getHeader("caravanStopReason"));
        assertTrue(answer.getMessage().getHeader("caravanRequestId", String.class).startsWith("req_"));
        assertNull(answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE));
        assertNull(upstream.call().request().header("X-Mine"));
    }

    @Test
    void whatTheGatewayRefusesIsAFailureInItsWords() {
        ApiException wrong = failure(ask("message", Wire.request("claude-up").replace("64", "-1")));
        assertEquals(400, wrong.status());
        assertTrue(wrong.getMessage().startsWith("max_tokens: "), wrong.getMessage());
        assertEquals(401, failure(ask("keyless", Wire.PROMPT)).status());
        upstream.script(call -> call.reply("429 Too Many Requests", "application/json",
                "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"slow down\"}}",
                "retry-after: 7"));
        ApiException busy = failure(ask("text", Wire.PROMPT));
        assertEquals(429, busy.status());
        assertEquals("7", busy.headers().get("retry-after"));
    }

    @Test
    void whatCannotBeAskedIsRefusedHere() {
        assertEquals(400, failure(ask("text", "  ")).status());
        assertTrue(failure(ask("message", "a prompt")).getMessage().startsWith("model: "));
        assertTrue(failure(ask("message", Wire.streaming("claude-up"))).getMessage().startsWith("stream: "));
        assertEquals(0, upstream.calls().size());
    }

    @Test
    void whoWaitsTooLongIsTold() {
        upstream.script(UpstreamCall::awaitClientClosed);
        assertInstanceOf(java.net.SocketTimeoutException.class, ask("impatient", Wire.PROMPT).getException());
    }
}
