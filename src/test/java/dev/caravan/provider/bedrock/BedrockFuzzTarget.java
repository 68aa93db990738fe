package dev.caravan.provider.bedrock;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageJson;
import dev.caravan.provider.AnyReply;
import dev.caravan.provider.AnyReply.Reading;
import dev.caravan.provider.ResponseDecoder;
import dev.caravan.provider.ToolNames;
import dev.caravan.testkit.AwsFrames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * Any bytes as what Bedrock answers. A fuzzer does not find frames by itself, since each has two checksums: so the first byte tells
 * how the others are meant.
 *
 * <ul>
 * <li>an opening brace is that of one reply, of Converse and of Invoke
 * <li>{@code c} begins lines of {@link AwsFrames#stream}, the events of ConverseStream
 * <li>{@code i} begins lines, each an event of the Messages API in a chunk of InvokeModelWithResponseStream
 * <li>{@code h} begins the length of a frame's headers, the headers and the payload; the checksums are made right
 * <li>any other is the first of the frames themselves
 * </ul>
 */
public final class BedrockFuzzTarget {
    private static final Reading FRAMES = AnyReply.framed(EventStreamFraming::new);
    private static final ToolNames NO_NAMES = ToolNames.of(Converse
            .decoded("{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}"));
    private static final int PRELUDE = 12;

    private BedrockFuzzTarget() {}

    public static List<byte[]> seeds() {
        byte[] recorded = recorded();
        byte[] header = new byte[1 + 2 + recorded.length];
        int headers = ByteBuffer.wrap(recorded).getInt(4);
        int length = ByteBuffer.wrap(recorded).getInt(0);
        ByteBuffer.wrap(header).put((byte) 'h').putShort((short) headers).put(recorded, PRELUDE, length - PRELUDE - 4);
        Stream<byte[]> texts = Stream.of("""
            c
            messageStart {"role":"assistant"}
            contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"let me"}},"p":"abc"}
            contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"sig"}}}
            contentBlockStop {"contentBlockIndex":0}
            contentBlockDelta {"contentBlockIndex":1,"delta":{"text":"Hi \\ud83d\\ude00"}}
            contentBlockStop {"contentBlockIndex":1}
            contentBlockStart {"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"t.1","name":"f"}}}
            contentBlockDelta {"contentBlockIndex":2,"delta":{"toolUse":{"input":"{\\"a\\":[1"}}}
            contentBlockDelta {"contentBlockIndex":2,"delta":{"toolUse":{"input":",2]}"}}}
            contentBlockStop {"contentBlockIndex":2}
            messageStop {"stopReason":"tool_use","additionalModelResponseFields":{"stop_sequence":null}}
            metadata {"usage":{"inputTokens":1,"outputTokens":2,"cacheReadInputTokens":3},"metrics":{"latencyMs":1}}
            """, """
            c
            contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"redactedContent":"QUJD"}}}
            contentBlockDelta {"contentBlockIndex":1,"delta":{"text":"a"}}
            !throttlingException {"message":"slow down"}
            """, """
            i
            {"type":"message_start","message":{"id":"msg_1","content":[],"usage":{"input_tokens":1}}}
            {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}
            {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1}}
            {"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":1}}
            """, "i\n{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"x\"}}\n",
                """
                    {"output":{"message":{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"t","signature":"s"}}},
                    {"text":"whole"},{"toolUse":{"toolUseId":"t1","name":"f","input":{"x":[1,{}]}}},
                    {"reasoningContent":{"redactedContent":"QUJD"}}]}},"stopReason":"tool_use",
                    "usage":{"inputTokens":3,"outputTokens":7},"additionalModelResponseFields":{"stop_sequence":"END"}}""",
                """
                    {"id":"msg_1","type":"message","role":"assistant","content":[{"type":"text","text":"Hi"}],
                    "stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":7}}""")
                .map(text -> text.getBytes(UTF_8));
        return Stream.concat(Stream.of(recorded, header, AwsFrames.error("x", "y")), texts).toList();
    }

    private static byte[] recorded() {
        try (InputStream in = BedrockFuzzTarget.class.getResourceAsStream("/bedrock/converse.eventstream")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void fuzzerTestOneInput(byte[] data) {
        byte[] rest = data.length == 0 ? data : Arrays.copyOfRange(data, 1, data.length);
        switch (data.length == 0 ? 0 : data[0]) {
            case '{' -> {
                converse(data, AnyReply.ONE_JSON);
                invoke(data, AnyReply.ONE_JSON, false);
            }
            case 'c' -> converse(events(rest), FRAMES);
            case 'i' -> invoke(chunks(rest), FRAMES, true);
            case 'h' -> frames(frame(rest));
            default -> frames(data);
        }
    }

    private static void frames(byte[] data) {
        converse(data, FRAMES);
        invoke(data, FRAMES, true);
        invoke(data, FRAMES, false);
    }

    private static void converse(byte[] data, Reading reading) {
        AnyReply.checked(data, reading, BedrockFuzzTarget::converse).endsBy(data, "stopReason");
    }

    private static ResponseDecoder converse(Consumer<MessageEvent> out) {
        return new ConverseResponseDecoder(out, Converse.OPENING, NO_NAMES, new ModelId(Converse.CLAUDE),
                List.of("END"));
    }

    /** What is passed on is whole only when its last event says so. */
    private static void invoke(byte[] data, Reading reading, boolean stream) {
        AnyReply whole = AnyReply.read(data, Integer.MAX_VALUE, reading,
                out -> new InvokeResponseDecoder("bedrock", stream, out));
        AnyReply single = AnyReply.read(data, 1, reading, out -> new InvokeResponseDecoder("bedrock", stream, out));
        if (!whole.text().equals(single.text())) {
            throw new AssertionError("whole:\n" + whole.text() + "\nbyte by byte:\n" + single.text());
        }
        if (whole.failure() == null && stream) {
            String last = whole.events().isEmpty() ? "none" : MessageJson.name(whole.events().getLast());
            if (!last.equals("message_stop") && !last.equals("error")) {
                throw new AssertionError("whole, though its last event is " + last);
            }
        }
    }

    private static byte[] events(byte[] lines) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String line : new String(lines, UTF_8).split("\n")) {
            int space = line.indexOf(' ');
            String type = space < 0 ? line : line.substring(0, space);
            String json = space < 0 ? "" : line.substring(space + 1);
            if (type.startsWith("!") && type.length() > 1) {
                bytes.writeBytes(AwsFrames.exception(type.substring(1), json));
            } else if (!type.isEmpty()) { // AWS's library writes no empty header
                bytes.writeBytes(AwsFrames.event(type, json));
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] chunks(byte[] lines) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String line : new String(lines, UTF_8).split("\n")) {
            bytes.writeBytes(AwsFrames.chunk(line));
        }
        return bytes.toByteArray();
    }

    private static byte[] frame(byte[] data) {
        int said = data.length < 2 ? 0 : ByteBuffer.wrap(data).getShort() & 0xffff;
        int from = Math.min(data.length, 2);
        int length = PRELUDE + data.length - from + 4;
        ByteBuffer frame = ByteBuffer.allocate(length).putInt(length).putInt(said);
        frame.putInt(checksum(frame)).put(data, from, data.length - from);
        return frame.putInt(checksum(frame)).array();
    }

    private static int checksum(ByteBuffer soFar) {
        CRC32 checksum = new CRC32();
        checksum.update(soFar.array(), 0, soFar.position());
        return (int) checksum.getValue();
    }
}
