package dev.caravan.message;

import java.util.List;

/** Any bytes as a request: decoded, or refused with 400; what is decoded can be counted and given another model. */
public final class RequestFuzzTarget {
    private RequestFuzzTarget() {}

    public static List<String> seeds() {
        return List.of("""
            {"model":"m","max_tokens":9000,"stream":true,"temperature":0.5,"top_k":1,"stop_sequences":["a"],
             "system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],
             "tools":[{"name":"f","input_schema":{"type":"object"}},{"type":"bash_20250124","name":"bash"}],
             "tool_choice":{"type":"tool","name":"f"},"thinking":{"type":"enabled","budget_tokens":2000},
             "metadata":{"user_id":"u"},"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64",
             "media_type":"image/png","data":"iVBOR"}},{"type":"text","text":"\\u00e9\\ud83d\\ude00"}]},
             {"role":"assistant","content":[{"type":"thinking","thinking":"h","signature":"s"},
             {"type":"tool_use","id":"t","name":"f","input":{"a":[1]}}]},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"r","is_error":true}]}]}""",
                "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}",
                "{\"messages\":[{\"content\":[{\"text\":\"a\",\"type\":\"text\"}],\"role\":\"user\"}],\"model\":\"\\u0041\",\"max_tokens\":1}");
    }

    public static void fuzzerTestOneInput(byte[] data) {
        for (ApiVersion version : ApiVersion.values()) {
            try {
                RequestDecoder.decodeForCounting(data, version).estimatedInputTokens();
                MessageRequest request = RequestDecoder.decode(data, version);
                RequestDecoder.decode(request.bodyForModel("other \"model\""), version);
            } catch (ApiException e) {
                if (e.status() != 400) {
                    throw new AssertionError("refused with " + e.status(), e);
                }
            }
        }
    }
}
