package dev.caravan.chatcompletions;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.message.ApiException;
import dev.caravan.message.ApiVersion;
import dev.caravan.message.RequestDecoder;
import java.util.List;

/** Any bytes as a request of chat completions: one that the Messages API takes or refuses by 400, or refused by 400 here. */
public final class ChatRequestFuzzTarget {
    private ChatRequestFuzzTarget() {}

    public static List<byte[]> seeds() {
        return List.of(ChatRequestPropertyTest.VALID.getBytes(UTF_8),
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}".getBytes(UTF_8),
                """
                    {"model":"m","stop":"\\u0041","messages":[{"content":"s","role":"system"},{"role":"user","content":[
                    {"type":"image_url","image_url":{"url":"https://x.test/a.png","detail":"low"}},{"type":"text","text":"\\ud83d\\ude00"}]},
                    {"role":"assistant","content":null,"tool_calls":[{"id":"a.b","type":"function","function":{"name":"f g","arguments":"{}"}}]},
                    {"role":"tool","tool_call_id":"a.b","content":[{"type":"text","text":""}]}],
                    "functions":[{"name":"f","parameters":{}}],"function_call":{"name":"f"}}"""
                        .getBytes(UTF_8));
    }

    public static void fuzzerTestOneInput(byte[] data) {
        try {
            byte[] body = ChatRequestDecoder.decode(data, 100).body();
            if (RequestDecoder.decode(body, ApiVersion.V2023_06_01).messages().isEmpty()) {
                throw new AssertionError("a request without a message: " + new String(body, UTF_8));
            }
        } catch (ApiException e) {
            if (e.status() != 400 || e.getMessage().isBlank()) {
                throw new AssertionError("refused with " + e.status(), e);
            }
        }
    }
}
