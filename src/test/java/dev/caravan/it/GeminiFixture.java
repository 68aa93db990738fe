package dev.caravan.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Gemini, whose calls have no ids of their own and whose results must come in the order of the calls, under their names. */
final class GeminiFixture implements DialectFixture {
    private static final String THOUGHT = "{\"text\": \"Two at once.\",\"thought\": true}";
    private static final String CALLING = """
        {"functionCall": {"name": "Bash","args": {"command": "echo first"}},"thoughtSignature": "EpEg+/=="},\
        {"functionCall": {"name": "Read","args": {"file_path": "note.txt"}}}""";

    @Override
    public String name() {
        return "gemini";
    }

    @Override
    public String provider() {
        return "{ dialect: gemini, base-url: \"%s/gemini\", api-key: upstream-key-0123456789 }";
    }

    @Override
    public String target() {
        return "gemini-3-flash";
    }

    @Override
    public boolean streamed(WireRequest request) {
        return request.path().endsWith(":streamGenerateContent?alt=sse");
    }

    @Override
    public ToolTurn turn(JsonNode request) {
        ToolTurn turn = new ToolTurn();
        List<String> called = new ArrayList<>();
        for (JsonNode content : request.path("contents")) {
            for (JsonNode part : content.path("parts")) {
                if (part.has("functionCall")) {
                    JsonNode call = part.path("functionCall");
                    called.add(call.path("name").asText());
                    turn.call(call.path("id").asText(), call.path("name").asText(), call.path("args"));
                } else if (part.has("functionResponse")) {
                    JsonNode response = part.path("functionResponse");
                    assertEquals(called.removeFirst(), response.path("name").asText(), "names and their order");
                    turn.result(response.path("id").asText(), response.at("/response/output").asText());
                }
            }
        }
        return turn;
    }

    /** Those of JSON Schema that Gemini refuses are among them. */
    @Override
    public List<String> foreignWords() {
        return List.of("\"cache_control\"", "x-anthropic-billing-header", "\"$schema\"", "\"additionalProperties\"",
                "\"input_schema\"");
    }

    @Override
    public String thinkingBack() {
        return "\"thoughtSignature\":\"EpEg+/==\"";
    }

    @Override
    public String contentType() {
        return "text/event-stream";
    }

    private static String reply(String parts, String finishReason) {
        return "{\"candidates\": [{\"content\": {\"parts\": [" + parts + "],\"role\": \"model\"}" + finishReason
                + ",\"index\": 0}],\"usageMetadata\": {\"promptTokenCount\": 30,\"cachedContentTokenCount\": 10,"
                + "\"candidatesTokenCount\": 5,\"thoughtsTokenCount\": 4,\"totalTokenCount\": 39},"
                + "\"modelVersion\": \"gemini-3-flash\",\"responseId\": \"WQuqavG5KbfUjMcPuP_n6QI\"}";
    }

    private static String chunk(String parts) {
        return "data: " + reply(parts, "") + "\r\n\r\n";
    }

    private static String end() {
        return "data: " + reply("{\"text\": \"\"}", ",\"finishReason\": \"STOP\"") + "\r\n\r\n";
    }

    @Override
    public byte[] calls() {
        return (chunk(THOUGHT) + chunk("{\"text\": \"I do \"}") + chunk("{\"text\": \"it.\"}") + chunk(CALLING) + end())
                .getBytes(UTF_8);
    }

    @Override
    public String callsAtOnce() {
        return reply(THOUGHT + ",{\"text\": \"I do it.\"}," + CALLING, ",\"finishReason\": \"STOP\"");
    }

    @Override
    public byte[] answer(String text) {
        return (chunk("{\"text\": \"" + text + "\"}") + end()).getBytes(UTF_8);
    }

    @Override
    public String answerAtOnce(String text) {
        return reply("{\"text\": \"" + text + "\"}", ",\"finishReason\": \"STOP\"");
    }

    @Override
    public byte[] beginning() {
        return chunk("{\"text\": \"Well,\"}").getBytes(UTF_8);
    }

    /** Outside of any frame, as Gemini does it. */
    @Override
    public byte[] failure() {
        return "{\n  \"error\": {\n    \"code\": 503,\n    \"message\": \"busy, sorry\",\n    \"status\": \"UNAVAILABLE\"\n  }\n}\n"
                .getBytes(UTF_8);
    }

    @Override
    public String failureType() {
        return "overloaded_error";
    }

    @Override
    public void refuse(UpstreamCall call) throws IOException {
        call.reply("429 Too Many Requests", "application/json", GeminiWire.error(429, "RESOURCE_EXHAUSTED", "slow down",
                "{\"@type\": \"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\": \"6.4s\"}"));
    }
}
