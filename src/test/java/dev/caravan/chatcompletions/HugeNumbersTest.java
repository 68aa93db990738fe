package dev.caravan.chatcompletions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiException;
import dev.caravan.message.MessageEvent.RawEvent;
import org.junit.jupiter.api.Test;

/** A number whose exponent no type of number has is the fault of whoever wrote it, not of the gateway. */
class HugeNumbersTest {
    private static final String HUGE = "1e10000003333333333";

    @Test
    void inARequest() {
        ApiException refusal = assertThrows(ApiException.class, () -> ChatRequestDecoder.decode(("{\"model\":\"m\","
                + "\"temperature\":" + HUGE + ",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}").getBytes(UTF_8),
                100));
        assertEquals("400 the JSON holds a number that is too large", refusal.status() + " " + refusal.getMessage());
    }

    @Test
    void inTheArgumentsOfACall() {
        byte[] body = ChatRequestDecoder.decode(("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"},"
                + "{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\","
                + "\"arguments\":\"{\\\"a\\\":" + HUGE + "}\"}}]}]}").getBytes(UTF_8), 100).body();
        String expected = "\"input\":{\"_unparsed\":\"{\\\"a\\\":" + HUGE + "}\"}";
        assertTrue(new String(body, UTF_8).contains(expected), () -> new String(body, UTF_8));
    }

    @Test
    void inAnEventOfAnthropics() {
        ChunkEncoder encoder = new ChunkEncoder(true, false, 1);
        RawEvent event = new RawEvent("message_start", ("{\"x\":" + HUGE + "}").getBytes(UTF_8));
        ApiException failure = assertThrows(ApiException.class, () -> encoder.encode(event));
        assertEquals("502 the upstream sent an event that is not valid JSON",
                failure.status() + " " + failure.getMessage());
    }

    @Test
    void inAMessageOfAnthropics() {
        byte[] message = ("{\"content\":[],\"x\":" + HUGE + "}").getBytes(UTF_8);
        ApiException failure = assertThrows(ApiException.class, () -> CompletionEncoder.encode(message, false, 1));
        assertEquals("502 the upstream answered with JSON that is no message",
                failure.status() + " " + failure.getMessage());
    }
}
