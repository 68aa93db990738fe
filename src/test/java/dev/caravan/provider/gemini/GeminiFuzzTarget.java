package dev.caravan.provider.gemini;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.provider.AnyReply;
import dev.caravan.provider.AnyReply.Reading;
import java.util.List;

/**
 * Any bytes as what Gemini answers, a stream of events or, when they begin like an object or a list, one reply: events that keep
 * the grammar, to their end or to an error.
 */
public final class GeminiFuzzTarget {
    private GeminiFuzzTarget() {}

    public static List<byte[]> seeds() {
        return List.of(
                Decoded.bytes(
                        """
                            P [{"text":"let me","thought":true},{"text":"","thoughtSignature":"QUI="}]
                            P [{"text":"Hi \\ud83d\\ude00 你"},{"functionCall":{"name":"f","args":{"a":[1,{"b":null}]}},"thoughtSignature":"c2ln"}]
                            F STOP
                            U {"promptTokenCount":7,"candidatesTokenCount":3,"thoughtsTokenCount":2,"cachedContentTokenCount":4}
                            """),
                Decoded.bytes("P [{\"text\":\"x\"}]\nF MAX_TOKENS"),
                Decoded.bytes(
                        "{\"promptFeedback\":{\"blockReason\":\"SAFETY\"},\"usageMetadata\":{\"promptTokenCount\":3}}"),
                Decoded.bytes("P [{\"functionCall\":{\"id\":\"c.1\",\"name\":\"g\"}}]\nF MALFORMED_FUNCTION_CALL"),
                Decoded.bytes("""
                    P [{"text":"part"}]
                    !{"error":{"code":503,"message":"busy","status":"UNAVAILABLE","details":[]}}
                    """),
                ("[{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}],\"role\":\"model\"},\"finishReason\":\"STOP\"}]}]")
                        .getBytes(UTF_8),
                """
                    {"candidates":[{"content":{"parts":[{"text":"t","thought":true},{"text":"whole"},
                    {"functionCall":{"name":"f","args":{"x":1}}}],"role":"model"},"finishReason":"STOP","index":0}],
                    "usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":2},"modelVersion":"m","responseId":"r"}"""
                        .getBytes(UTF_8));
    }

    public static void fuzzerTestOneInput(byte[] data) {
        boolean json = data.length > 0 && (data[0] == '{' || data[0] == '[');
        Reading reading = json ? AnyReply.ONE_JSON : AnyReply.SERVER_SENT_EVENTS;
        AnyReply.checked(data, reading, Decoded::decoder).endsBy(data, "finishReason", "blockReason");
    }
}
