package dev.caravan.chatcompletions;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.message.ApiException;
import dev.caravan.message.EventStream;
import dev.caravan.message.MessageAccumulator;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.MessageEvent.RawEvent;
import dev.caravan.message.MessageEvent.RawMessage;
import dev.caravan.message.Usage;
import dev.caravan.provider.exec.ExecEventStream;
import dev.caravan.sse.SseEvent;
import dev.caravan.sse.SseFrames;
import dev.caravan.sse.SseParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Any events as what a client of chat completions is told: chunks of JSON, one a frame, and {@code [DONE]} last if the message
 * is whole, or a failure. Bytes that begin like an object are the lines of a process, and one message of Anthropic's; others are
 * Anthropic's events, which come as they are.
 */
public final class ChunkFuzzTarget {
    private static final long CREATED = 1;

    private ChunkFuzzTarget() {}

    public static List<byte[]> seeds() {
        return List.of(
                """
                    event: message_start
                    data: {"type":"message_start","message":{"id":"msg_1","model":"m","content":[],"usage":{"input_tokens":1,"cache_read_input_tokens":2}}}

                    event: content_block_start
                    data: {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"toolu_1","name":"f","input":{}}}

                    event: content_block_delta
                    data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\\"a\\":\\"\\ud83d\\ude00\\"}"}}

                    event: content_block_stop
                    data: {"type":"content_block_stop","index":0}

                    event: content_block_start
                    data: {"type":"content_block_start","index":1,"content_block":{"type":"thinking","thinking":"h"}}

                    event: content_block_delta
                    data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"t"}}

                    event: message_delta
                    data: {"type":"message_delta","delta":{"stop_reason":"refusal","stop_details":{"explanation":"no"}},"usage":{"output_tokens":1}}

                    event: message_stop
                    data: {"type":"message_stop"}

                    """,
                "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"authentication_error\",\"message\":\"x\"}}\n\n",
                "{\"thinking\":\"t\"}\n{\"text\":\"a\"}\n{\"tool_use\":{\"id\":\"a.b\",\"name\":\"f\",\"input\":{\"x\":[1,{}]}}}\n"
                        + "{\"tool_use\":{\"id\":\"c\",\"name\":\"g\",\"input\":{}}}\n{\"done\":{\"stop_reason\":\"tool_use\"}}\n",
                """
                    {"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"Hi"},
                    {"type":"tool_use","id":"toolu_1","name":"f","input":{"x":[1,2.50]}}],
                    "stop_reason":"tool_use","usage":{"input_tokens":3,"output_tokens":7}}""")
                .stream().map(text -> text.getBytes(UTF_8)).toList();
    }

    public static void fuzzerTestOneInput(byte[] data) throws IOException {
        boolean lines = data.length > 0 && data[0] == '{';
        List<MessageEvent> events = lines ? lines(data) : raw(data);
        for (boolean functions : new boolean[]{false, true}) {
            chunks(events, functions);
            MessageAccumulator message = new MessageAccumulator();
            whole(events, message, functions);
            if (lines) {
                whole(List.of(new RawMessage(data)), new MessageAccumulator(), functions);
            }
        }
    }

    private static List<MessageEvent> lines(byte[] data) {
        List<MessageEvent> events = new ArrayList<>();
        try (EventStream stream = new ExecEventStream(new ByteArrayInputStream(data), "up", 1 << 16,
                new MessageStart("msg_1", "m", Usage.of(7, 1)))) {
            for (MessageEvent event = stream.next(); event != null; event = stream.next()) {
                events.add(event);
            }
        } catch (ApiException e) {
            // what a process may cause
        }
        return events;
    }

    private static List<MessageEvent> raw(byte[] data) throws IOException {
        List<MessageEvent> events = new ArrayList<>();
        SseParser parser = new SseParser();
        parser.feed(data, 0, data.length);
        for (SseEvent event = parser.next(); event != null; event = parser.next()) {
            events.add(new RawEvent(event.type(),
                    Arrays.copyOfRange(event.array(), event.offset(), event.offset() + event.length())));
        }
        return events;
    }

    private static void chunks(List<MessageEvent> events, boolean functions) throws JsonProcessingException {
        ChunkEncoder encoder = new ChunkEncoder(true, functions, CREATED);
        boolean done = false;
        for (MessageEvent event : events) {
            SseFrames frames;
            try {
                frames = encoder.encode(event);
            } catch (ApiException e) {
                return;
            }
            for (String frame : new String(frames.bytes(), UTF_8).split("\n\n")) {
                if (!frame.isEmpty()) {
                    done = frame(frame);
                }
            }
            if (done != frames.last()) {
                throw new AssertionError("the end is not told as it is");
            }
            if (done) {
                return; // nobody reads on
            }
        }
    }

    /** Whether it is the last. */
    private static boolean frame(String frame) throws JsonProcessingException {
        String begin = "data: ";
        if (!frame.startsWith(begin) || frame.indexOf('\n') >= 0 || frame.indexOf('\r') >= 0) {
            throw new AssertionError("no frame of data: " + frame);
        }
        String data = frame.substring(begin.length());
        if (data.equals("[DONE]")) {
            return true;
        }
        JsonNode chunk = JsonField.JSON.readTree(data);
        if (!chunk.path("object").asText().equals("chat.completion.chunk") || !chunk.path("choices").isArray()) {
            throw new AssertionError("no chunk: " + frame);
        }
        return false;
    }

    private static void whole(List<MessageEvent> events, MessageAccumulator message, boolean functions)
            throws IOException {
        try {
            events.forEach(message::add);
            if (message.complete()) {
                JsonNode reply = JsonField.JSON.readTree(CompletionEncoder.encode(message.json(), functions, CREATED));
                if (!reply.path("choices").path(0).path("finish_reason").isTextual()) {
                    throw new AssertionError("no reason to end: " + reply);
                }
            }
        } catch (ApiException e) {
            // what a provider may cause
        }
    }
}
