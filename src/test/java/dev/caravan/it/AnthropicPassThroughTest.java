package dev.caravan.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What Caravan changes between an Anthropic client and an Anthropic upstream, as both of them see it, and what it must not. */
class AnthropicPassThroughTest extends GatewayTest {
    private static final String MINTED = "{\"type\":\"thinking\",\"thinking\":\"t\",\"signature\":\"caravan:openai\"}";

    @Override
    protected String config() {
        return """
            providers:
              up: { dialect: anthropic, base-url: "%s", api-key: upstream-key-0123456789 }
              newest: { dialect: anthropic, base-url: "%s", version: 2026-10-21 }
              oldest: { dialect: anthropic, base-url: "%s", version: 2023-06-01 }
            models:
              - { match: alias, to: "up/claude-real" }
              - { match: "claude-*", to: "up/{model}" }
            """;
    }

    private WireReply ask(String body, String... headers) throws IOException {
        try (RawClient client = gateway.connect()) {
            return client.post("/v1/messages", body, headers).reply();
        }
    }

    private static String request(String model, String fields) {
        return "{\"model\":\"" + model + "\",\"max_tokens\":64," + fields
                + "\"messages\":[{\"role\":\"user\",\"content\":\"" + Wire.PROMPT + "\"}]}";
    }

    @Tag("case-4")
    @Test
    void case4ReasoningOfAnotherProviderDoesNotReachAnthropic() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        String body = """
            {"model":"alias","max_tokens":64,"messages":[{"role":"user","content":"%s"},
             {"role":"assistant","content":[%s, {"type":"tool_use","id":"toolu_1","name":"f","input":{"n":1.0}}]},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1"}]},
             {"role":"assistant","content":[%s]}, {"role":"user","content":"b"}]}"""
                .formatted(Wire.PROMPT, MINTED, MINTED);
        assertEquals(200, ask(body).status());
        assertEquals(body.replace("\"alias\"", "\"claude-real\"").replace(MINTED + ", ", "")
                .replace(",\n {\"role\":\"assistant\",\"content\":[" + MINTED + "]}", ""),
                upstream.call().request().text());
    }

    @Test
    void whereNoMessageWouldBeLeftTheUpstreamIsNotAsked() throws IOException {
        WireReply reply = ask(
                "{\"model\":\"claude-x\",\"max_tokens\":1,\"messages\":[{\"role\":\"assistant\",\"content\":["
                        + MINTED + "]}]}");
        assertEquals(400, reply.status());
        assertEquals("invalid_request_error", reply.json().path("error").path("type").asText());
        assertEquals(List.of(), upstream.calls());
    }

    static Stream<Arguments> versions() {
        String sampling = "\"temperature\":1.0,\"top_k\":1,";
        return Stream.of(Arguments.of("claude-x", "2023-06-01", sampling, "2023-06-01", sampling),
                Arguments.of("claude-x", "2026-10-21", "", "2026-10-21", ""),
                Arguments.of("newest/claude-x", "2023-06-01", sampling, "2026-10-21", ""),
                Arguments.of("newest/claude-x", "2026-10-21", "", "2026-10-21", ""),
                Arguments.of("oldest/claude-x", "2026-10-21", "", "2023-06-01", ""),
                Arguments.of("oldest/claude-x", "2023-06-01", sampling, "2023-06-01", sampling));
    }

    @ParameterizedTest(name = "{0} asked in {1}: {3}")
    @MethodSource("versions")
    void theVersionIsTheClientsUnlessTheProviderHasOne(String model, String version, String fields, String sent,
            String fieldsSent) throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        assertEquals(200, ask(request(model, fields), "anthropic-version: " + version).status());
        WireRequest request = upstream.call().request();
        assertEquals(sent, request.header("anthropic-version"));
        assertEquals(request("claude-x", fieldsSent), request.text());
    }

    /** Case 21: a reply of which every byte is a packet of its own. */
    @Tag("case-21")
    @Test
    void case21AStreamInSingleBytes() throws IOException {
        String stream = Wire.opening() + Wire.frame("content_block_delta", Wire.delta("你好🎉"))
                + Wire.frame("from_the_future", "{\"type\":\"from_the_future\"}") + Wire.closing();
        upstream.script(call -> {
            call.streamHead();
            for (byte b : stream.getBytes(UTF_8)) {
                call.chunk(new byte[]{b});
            }
            call.lastChunk();
        });
        assertEquals(stream, ask(Wire.streaming("claude-x")).text());
    }

    /** Case 15: SSE when it was not asked for. */
    @Tag("case-15")
    @Test
    void case15AStreamThatNobodyAskedForIsToldAsAMessage() throws IOException {
        upstream.script(call -> call.streamHead("anthropic-ratelimit-requests-remaining: 41", "request-id: req_9")
                .chunk(Wire.stream()).lastChunk());
        WireReply reply = ask(Wire.request("claude-x"));
        assertEquals(200, reply.status(), reply.text());
        assertEquals("application/json", reply.header("content-type"));
        assertEquals("41", reply.header("anthropic-ratelimit-requests-remaining"));
        assertEquals("req_9", reply.header("request-id"));
        assertEquals(
                "{\"id\":\"msg_01\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-up\",\"content\":["
                        + "{\"type\":\"text\",\"text\":\"" + Wire.ANSWER
                        + "\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,"
                        + "\"usage\":{\"input_tokens\":12,\"cache_read_input_tokens\":3,\"output_tokens\":29}}",
                reply.text());
    }

    @Tag("case-15")
    @Test
    void case15AStreamThatNobodyAskedForAndThatBreaksOffIs502() throws IOException {
        upstream.script(call -> call.streamHead().chunk(Wire.opening()).lastChunk());
        WireReply reply = ask(Wire.request("claude-x"));
        assertEquals(502, reply.status(), reply.text());
        assertEquals("provider up ended its stream before message_stop",
                reply.json().path("error").path("message").asText());
    }

    /** Case 15: a JSON answer to a request for a stream. */
    @Tag("case-15")
    @Test
    void case15AMessageThatDoesNotStreamIsToldAsAStream() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        List<WireEvent> events;
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", Wire.streaming("claude-x")).head();
            assertEquals("text/event-stream; charset=utf-8", reply.header("content-type"));
            events = reply.events();
        }
        assertEquals(List.of("message_start", "content_block_start", "content_block_delta", "content_block_stop",
                "message_delta", "message_stop"), events.stream().map(WireEvent::name).toList());
        assertTrue(events.getFirst().data().contains("\"new_field\":1.50e1"), events.getFirst().data());
        assertTrue(events.get(2).data().contains(Wire.ANSWER + " \\u00e9\""), events.get(2).data());
        assertEquals(29, events.get(4).json().path("usage").path("output_tokens").asInt());
    }

    @Tag("case-16")
    @Test
    void case16CountingTokensDoesNotAskTheUpstream() throws IOException {
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages/count_tokens?beta=true", Wire.request("claude-x")).reply();
            assertEquals(200, reply.status());
            assertTrue(reply.json().path("input_tokens").asInt() > 0, reply.text());
        }
        assertEquals(List.of(), upstream.calls());
    }

    /** What the upstream has cached of a conversation stays valid from turn to turn. */
    @Tag("case-11")
    @Test
    void case11PrefixesStayTheSameOverTenTurns() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        StringBuilder messages = new StringBuilder("{\"role\":\"user\",\"content\":\"" + Wire.PROMPT + "\"}");
        for (int turn = 1; turn <= 10; turn++) {
            assertEquals(200, ask("{\"model\":\"alias\",\"max_tokens\":64,\"system\":[{\"type\":\"text\",\"text\":"
                    + "\"x-anthropic-billing-header: cch=36ee5;\"},{\"type\":\"text\",\"text\":\"You are\","
                    + "\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}}],\"messages\":[" + messages + "]}")
                    .status());
            messages.append(",{\"role\":\"assistant\",\"content\":[").append(turn % 2 == 0 ? MINTED + "," : "")
                    .append("{\"type\":\"text\",\"text\":\"answer ").append(turn)
                    .append("\"}]}, {\"role\":\"user\",\"content\":\"turn ").append(turn).append(" \\u00e9\"}");
        }
        List<String> sent = upstream.calls().stream().map(call -> call.request().text()).toList();
        assertEquals(10, sent.size());
        for (int turn = 1; turn < 10; turn++) {
            String before = sent.get(turn - 1);
            assertTrue(sent.get(turn).startsWith(before.substring(0, before.length() - "]}".length())), sent.get(turn));
        }
        assertTrue(sent.getLast().contains("cch=36ee5") && sent.getLast().contains("\"ttl\":\"1h\""), sent.getLast());
    }

    @Tag("case-15")
    @Test
    void case15AnErrorInTheMidstThatConcernsTheGatewaysCredentialIsNotTheClients() throws IOException {
        upstream.script(call -> call.streamHead().chunk(Wire.opening() + Wire.frame("error",
                "{\"type\":\"error\",\"error\":{\"type\":\"permission_error\",\"message\":\"" + Wire.UPSTREAM_KEY
                        + "\"}}"))
                .lastChunk());
        try (RawClient client = gateway.connect()) {
            List<WireEvent> events = client.post("/v1/messages", Wire.streaming("claude-x")).head().events();
            assertEquals("error", events.getLast().name());
            assertEquals("api_error", events.getLast().json().path("error").path("type").asText());
            assertEquals("provider up refused the gateway's credential",
                    events.getLast().json().path("error").path("message").asText());
        }
    }
}
