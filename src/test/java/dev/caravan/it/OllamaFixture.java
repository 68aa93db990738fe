package dev.caravan.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Ollama's own API. Templates of models know results by the names of their tools and their order. */
final class OllamaFixture implements DialectFixture {
    private static final String DONE = "\"done\":true,\"done_reason\":\"stop\",\"total_duration\":91,\"prompt_eval_count\":30,\"eval_count\":9}\n";

    @Override
    public String name() {
        return "ollama";
    }

    @Override
    public String provider() {
        return "{ dialect: ollama, base-url: \"%s/ollama\", api-key: upstream-key-0123456789 }";
    }

    @Override
    public String target() {
        return "qwen3:8b";
    }

    @Override
    public ToolTurn turn(JsonNode request) {
        ToolTurn turn = new ToolTurn();
        List<String> called = new ArrayList<>();
        for (JsonNode message : request.path("messages")) {
            if (message.path("role").asText().equals("tool")) {
                assertEquals(called.removeFirst(), message.path("tool_name").asText(), "names and their order");
                turn.result(message.path("tool_call_id").asText(), message.path("content").asText());
            }
            for (JsonNode call : message.path("tool_calls")) {
                called.add(call.at("/function/name").asText());
                turn.call(call.path("id").asText(), call.at("/function/name").asText(), call.at("/function/arguments"));
            }
        }
        return turn;
    }

    @Override
    public String thinkingBack() {
        return "\"thinking\":\"Two at once.\"";
    }

    @Override
    public String contentType() {
        return "application/x-ndjson";
    }

    private static String line(String fields, String end) {
        return "{\"model\":\"qwen3:8b\",\"created_at\":\"2026-08-21T10:00:00.123456Z\",\"message\":{\"role\":\"assistant\","
                + fields + "}," + end;
    }

    private static String line(String fields) {
        return line(fields, "\"done\":false}\n");
    }

    @Override
    public byte[] calls() {
        return (line("\"content\":\"\",\"thinking\":\"Two at\"") + line("\"content\":\"\",\"thinking\":\" once.\"")
                + line("\"content\":\"I do it.\"")
                + line("\"content\":\"\",\"tool_calls\":[{\"function\":{\"index\":0,\"name\":\"Bash\",\"arguments\":{\"command\":\"echo first\"}}}]")
                + line("\"content\":\"\",\"tool_calls\":[{\"function\":{\"index\":1,\"name\":\"Read\",\"arguments\":{\"file_path\":\"note.txt\"}}}]")
                + line("\"content\":\"\"", DONE)).getBytes(UTF_8);
    }

    @Override
    public String callsAtOnce() {
        return line("\"content\":\"I do it.\",\"thinking\":\"Two at once.\",\"tool_calls\":["
                + "{\"function\":{\"index\":0,\"name\":\"Bash\",\"arguments\":{\"command\":\"echo first\"}}},"
                + "{\"function\":{\"index\":1,\"name\":\"Read\",\"arguments\":{\"file_path\":\"note.txt\"}}}]", DONE);
    }

    @Override
    public byte[] answer(String text) {
        return (line("\"content\":\"" + text + "\"") + line("\"content\":\"\"", DONE)).getBytes(UTF_8);
    }

    @Override
    public String answerAtOnce(String text) {
        return line("\"content\":\"" + text + "\"", DONE);
    }

    @Override
    public byte[] beginning() {
        return line("\"content\":\"Well,\"").getBytes(UTF_8);
    }

    @Override
    public byte[] failure() {
        return "{\"error\":\"busy, sorry\"}\n".getBytes(UTF_8);
    }

    /** Ollama gives no reason that a program could tell. */
    @Override
    public String failureType() {
        return "api_error";
    }

    @Override
    public void refuse(UpstreamCall call) throws IOException {
        call.reply("429 Too Many Requests", "application/json", "{\"error\":\"slow down\"}", "retry-after: 7");
    }
}
