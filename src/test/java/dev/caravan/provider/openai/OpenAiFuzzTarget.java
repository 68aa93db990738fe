package dev.caravan.provider.openai;

import dev.caravan.config.OpenAiOptions;
import dev.caravan.message.ApiException;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.MessageEvent;
import dev.caravan.provider.ToolNames;
import dev.caravan.sse.SseEvent;
import dev.caravan.sse.SseParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Any bytes as what a chat completions server answers, a stream of events or, when they begin like an object, one reply: events
 * that keep the grammar, to their end or to an error.
 */
public final class OpenAiFuzzTarget {
    private static final ToolNames NAMES = ToolNames
            .of(Encoded.decoded(
                    "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}"));

    private OpenAiFuzzTarget() {}

    public static List<String> seeds() {
        return List.of(stream("D {\"role\":\"assistant\",\"content\":\"\"}", "D {\"content\":\"Hi \\ud83d\\ude00\"}",
                "F stop",
                "U {\"prompt_tokens\":11,\"completion_tokens\":7,\"prompt_tokens_details\":{\"cached_tokens\":4}}",
                "[DONE]"),
                stream("D {\"reasoning_content\":\"hm\"}",
                        "D {\"tool_calls\":[{\"index\":0,\"id\":\"call_A\",\"function\":{\"name\":\"a\",\"arguments\":\"\"}}]}",
                        "D {\"tool_calls\":[{\"index\":1,\"id\":\"call_B\",\"function\":{\"name\":\"b\",\"arguments\":\"{}\"}}]}",
                        "D {\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"x\\\":1}\"}}]}",
                        "F tool_calls"),
                stream("{\"error\":{\"message\":\"x\",\"code\":\"429\"},\"choices\":[]}"),
                "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"whole\",\"tool_calls\":[{\"id\":\"q\",\"function\":{\"name\":\"a\",\"arguments\":\"{}\"}}]},\"finish_reason\":\"tool_calls\"}],\"usage\":{\"prompt_tokens\":1}}");
    }

    private static String stream(String... chunks) {
        StringBuilder stream = new StringBuilder();
        for (String chunk : chunks) {
            stream.append("data: ").append(Decoded.chunk(chunk)).append("\n\n");
        }
        return stream.toString();
    }

    public static void fuzzerTestOneInput(byte[] data) {
        List<MessageEvent> events = new ArrayList<>();
        OpenAiResponseDecoder decoder = new OpenAiResponseDecoder(events::add, Decoded.OPENING, NAMES,
                OpenAiOptions.DEFAULT);
        boolean whole = false;
        try {
            if (data.length > 0 && data[0] == '{') {
                decoder.message(data);
            } else {
                SseParser parser = new SseParser();
                parser.feed(data, 0, data.length);
                for (SseEvent event = parser.next(); event != null && !decoder.finished(); event = parser.next()) {
                    decoder.event(event.type(), event.array(), event.offset(), event.length());
                }
                if (!decoder.finished()) {
                    decoder.end();
                }
            }
            whole = true;
        } catch (ApiException | IOException e) {
            // what a provider may cause
        }
        if (whole) {
            EventGrammar.check(events);
        } else {
            EventGrammar.checkCutOff(events);
        }
    }
}
