package dev.caravan.provider.anthropic;

import dev.caravan.message.ApiException;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageJson;
import dev.caravan.provider.MessagesDecoder;
import dev.caravan.sse.SseEvent;
import dev.caravan.sse.SseParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Any bytes as what a Messages API answers, a stream of events or, when they begin like an object, one message: passed on as it
 * is, and taken for whole only when its last event says so.
 */
public final class AnthropicFuzzTarget {
    private AnthropicFuzzTarget() {}

    public static List<String> seeds() {
        return List.of("""
            event: message_start
            data: {"type":"message_start","message":{"id":"msg_1","content":[],"usage":{"input_tokens":1}}}

            event: content_block_start
            data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

            event: message_stop
            data: {"type":"message_stop"}

            """, "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"x\"}}\n\n",
                """
                    {"id":"msg_1","type":"message","role":"assistant","model":"m","content":[
                    {"type":"thinking","thinking":"hm","signature":"sig"},{"type":"text","text":"Hi"},
                    {"type":"tool_use","id":"toolu_1","name":"f","input":{"x":[1,2]}},{"type":"redacted_thinking","data":"abc"}],
                    "stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":7}}""");
    }

    public static void fuzzerTestOneInput(byte[] data) {
        for (boolean stream : new boolean[]{true, false}) {
            List<MessageEvent> events = new ArrayList<>();
            MessagesDecoder decoder = new MessagesDecoder("up", stream, events::add);
            try {
                feed(decoder, data);
            } catch (ApiException | IOException e) {
                continue; // what a provider may cause
            }
            if (stream) {
                String last = MessageJson.name(events.getLast());
                if (!last.equals("message_stop") && !last.equals("error")) {
                    throw new AssertionError("whole, though its last event is " + last);
                }
            }
        }
    }

    private static void feed(MessagesDecoder decoder, byte[] data) throws IOException {
        if (data.length > 0 && data[0] == '{') {
            decoder.message(data);
            return;
        }
        SseParser parser = new SseParser();
        parser.feed(data, 0, data.length);
        for (SseEvent event = parser.next(); event != null && !decoder.finished(); event = parser.next()) {
            decoder.event(event.type(), event.array(), event.offset(), event.length());
        }
        if (!decoder.finished()) {
            decoder.end();
        }
    }
}
