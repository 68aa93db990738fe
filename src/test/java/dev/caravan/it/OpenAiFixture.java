package dev.caravan.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/** Chat completions of a model that wants its reasoning back; the pieces of its calls come interleaved. */
final class OpenAiFixture implements DialectFixture {

    @Override
    public String name() {
        return "openai";
    }

    @Override
    public String provider() {
        return "{ dialect: openai, base-url: \"%s/openai/v1\", api-key: upstream-key-0123456789,"
                + " options: { reasoning-replay: reasoning_content } }";
    }

    @Override
    public String target() {
        return "gpt-up";
    }

    @Override
    public ToolTurn turn(JsonNode request) {
        ToolTurn turn = new ToolTurn();
        boolean open = false; // results stand directly behind their calls
        for (JsonNode message : request.path("messages")) {
            if (message.path("role").asText().equals("tool")) {
                assertEquals(true, open, () -> "a result that does not follow its call: " + message);
                turn.result(message.path("tool_call_id").asText(), message.path("content").asText());
            } else {
                open = message.has("tool_calls");
                for (JsonNode call : message.path("tool_calls")) {
                    turn.call(call.path("id").asText(), call.at("/function/name").asText(),
                            Json.read(call.at("/function/arguments").asText()));
                }
            }
        }
        return turn;
    }

    @Override
    public String thinkingBack() {
        return "\"reasoning_content\":\"Two at once.\"";
    }

    @Override
    public String contentType() {
        return "text/event-stream; charset=utf-8";
    }

    @Override
    public byte[] calls() {
        return """
            data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-up","choices":[{"index":0,"delta":{"role":"assistant","content":null,"reasoning_content":"Two "},"finish_reason":null}]}

            data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-up","choices":[{"index":0,"delta":{"reasoning_content":"at once."},"finish_reason":null}]}

            data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-up","choices":[{"index":0,"delta":{"content":"I do it."},"finish_reason":null}]}

            data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-up","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_A","type":"function","function":{"name":"Bash","arguments":""}}]},"finish_reason":null}]}

            data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-up","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"call_B","type":"function","function":{"name":"Read","arguments":"{\\"file_path\\""}}]},"finish_reason":null}]}

            data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-up","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\\"command\\":\\"echo first\\"}"}}]},"finish_reason":null}]}

            data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-up","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"function":{"arguments":":\\"note.txt\\"}"}}]},"finish_reason":null}]}

            """.concat(
                end("tool_calls")).getBytes(UTF_8);
    }

    private static String end(String reason) {
        return """
            data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-up","choices":[{"index":0,"delta":{},"finish_reason":"%s"}]}

            data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-up","choices":[],"usage":{"prompt_tokens":30,"completion_tokens":9,"total_tokens":39,"prompt_tokens_details":{"cached_tokens":10}}}

            data: [DONE]

            """
                .formatted(reason);
    }

    @Override
    public String callsAtOnce() {
        return atOnce(
                """
                    {"role":"assistant","content":"I do it.","reasoning_content":"Two at once.","tool_calls":[\
                    {"id":"call_A","type":"function","function":{"name":"Bash","arguments":"{\\"command\\":\\"echo first\\"}"}},\
                    {"id":"call_B","type":"function","function":{"name":"Read","arguments":"{\\"file_path\\":\\"note.txt\\"}"}}]}""",
                "tool_calls");
    }

    private static String atOnce(String message, String reason) {
        return "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"gpt-up\",\"choices\":"
                + "[{\"index\":0,\"message\":" + message + ",\"finish_reason\":\"" + reason
                + "\"}],\"usage\":{\"prompt_tokens\":30,\"completion_tokens\":9,\"total_tokens\":39,"
                + "\"prompt_tokens_details\":{\"cached_tokens\":10}}}";
    }

    private static String text(String text) {
        return """
            data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-up","choices":[{"index":0,"delta":{"role":"assistant","content":"%s"},"finish_reason":null}]}

            """
                .formatted(text);
    }

    @Override
    public byte[] answer(String text) {
        return (text(text) + end("stop")).getBytes(UTF_8);
    }

    @Override
    public String answerAtOnce(String text) {
        return atOnce("{\"role\":\"assistant\",\"content\":\"" + text + "\"}", "stop");
    }

    @Override
    public byte[] beginning() {
        return text(BEGINNING).getBytes(UTF_8);
    }

    @Override
    public byte[] failure() {
        return "data: {\"error\":{\"message\":\"busy, sorry\",\"code\":503}}\n\n".getBytes(UTF_8);
    }

    @Override
    public String failureType() {
        return "overloaded_error";
    }

    @Override
    public void refuse(UpstreamCall call) throws IOException {
        call.reply("429 Too Many Requests", "application/json",
                "{\"error\":{\"message\":\"slow down\",\"type\":\"rate_limit_exceeded\",\"param\":null,\"code\":\"rate_limit_exceeded\"}}",
                "retry-after: 7");
    }
}
