package dev.caravan.message;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.caravan.message.MessageEvent.ContentBlockDelta;
import dev.caravan.message.MessageEvent.ContentBlockStart;
import dev.caravan.message.MessageEvent.ContentBlockStop;
import dev.caravan.message.MessageEvent.InputJsonDelta;
import dev.caravan.message.MessageEvent.MessageDelta;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.MessageEvent.MessageStop;
import dev.caravan.message.MessageEvent.OutputBlock;
import dev.caravan.message.MessageEvent.Ping;
import dev.caravan.message.MessageEvent.RawEvent;
import dev.caravan.message.MessageEvent.RawMessage;
import dev.caravan.message.MessageEvent.RedactedThinkingBlock;
import dev.caravan.message.MessageEvent.SignatureDelta;
import dev.caravan.message.MessageEvent.TextBlock;
import dev.caravan.message.MessageEvent.TextDelta;
import dev.caravan.message.MessageEvent.ThinkingBlock;
import dev.caravan.message.MessageEvent.ThinkingDelta;
import dev.caravan.message.MessageEvent.ToolUseBlock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Events and errors as the JSON that the Messages API has for them. Thread-safe. */
public final class MessageJson {
    /** What writes all of Caravan's JSON: UTF-8, also of emoji, and buffers pooled in a way that suits virtual threads. */
    public static final JsonFactory FACTORY = new JsonFactoryBuilder()
            // What the API lets into a request can be read again.
            .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(JsonCursor.MAX_STRING).build())
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .recyclerPool(new JsonBuffers()).build();

    private static final byte[] MESSAGE_STOP = utf8("{\"type\":\"message_stop\"}");
    private static final byte[] PING = utf8("{\"type\": \"ping\"}");
    private static final byte[] DELTA = utf8("{\"type\":\"content_block_delta\",\"index\":");
    private static final byte[] STOP = utf8("{\"type\":\"content_block_stop\",\"index\":");
    private static final byte[] TEXT_DELTA = utf8(",\"delta\":{\"type\":\"text_delta\",\"text\":\"");
    private static final byte[] THINKING_DELTA = utf8(",\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"");
    private static final byte[] SIGNATURE_DELTA = utf8(",\"delta\":{\"type\":\"signature_delta\",\"signature\":\"");
    private static final byte[] INPUT_JSON_DELTA = utf8(
            ",\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"");
    private static final byte[] DELTA_END = utf8("\"}}");

    private MessageJson() {}

    /** The event's name as in the {@code event:} line of its frame. */
    public static String name(MessageEvent event) {
        return switch (event) {
            case ContentBlockDelta delta -> "content_block_delta";
            case ContentBlockStart start -> "content_block_start";
            case ContentBlockStop stop -> "content_block_stop";
            case MessageStart start -> "message_start";
            case MessageDelta delta -> "message_delta";
            case MessageStop stop -> "message_stop";
            case Ping ping -> "ping";
            case RawEvent raw -> raw.name();
            case RawMessage raw -> throw new IllegalArgumentException("a whole message is no event of a stream");
        };
    }

    /** The event's JSON in UTF-8, without a line end in it unless a raw event was sent with one; not to be modified. */
    public static byte[] data(MessageEvent event) {
        return switch (event) {
            case ContentBlockDelta delta -> delta(delta);
            case ContentBlockStart start -> write(out -> {
                out.writeStringField("type", "content_block_start");
                out.writeNumberField("index", start.index());
                out.writeObjectFieldStart("content_block");
                block(start.block(), "", "", out);
                out.writeEndObject();
            });
            case ContentBlockStop stop -> indexed(STOP, stop.index(), new byte[0], "", utf8("}"));
            case MessageStart start -> write(out -> {
                out.writeStringField("type", "message_start");
                out.writeObjectFieldStart("message");
                out.writeStringField("id", start.id());
                out.writeStringField("type", "message");
                out.writeStringField("role", "assistant");
                out.writeStringField("model", start.model());
                out.writeArrayFieldStart("content");
                out.writeEndArray();
                out.writeNullField("stop_reason");
                out.writeNullField("stop_sequence");
                usage(start.usage(), out);
                out.writeEndObject();
            });
            case MessageDelta delta -> write(out -> {
                out.writeStringField("type", "message_delta");
                out.writeObjectFieldStart("delta");
                out.writeStringField("stop_reason", delta.stopReason().wireName());
                out.writeStringField("stop_sequence", delta.stopSequence());
                out.writeEndObject();
                usage(delta.usage(), out);
            });
            case MessageStop stop -> MESSAGE_STOP;
            case Ping ping -> PING;
            case RawEvent raw -> raw.data();
            case RawMessage raw -> raw.json();
        };
    }

    /** The error envelope of the API, JSON in UTF-8. */
    public static byte[] error(ErrorType type, String message, String requestId) {
        return write(out -> {
            out.writeStringField("type", "error");
            out.writeObjectFieldStart("error");
            out.writeStringField("type", type.wireName());
            out.writeStringField("message", message);
            out.writeEndObject();
            out.writeStringField("request_id", requestId);
        });
    }

    /** A JSON string, quotes included, in UTF-8. */
    public static byte[] quoted(String text) {
        byte[] inner = escaped(text);
        byte[] json = new byte[inner.length + 2];
        json[0] = '"';
        System.arraycopy(inner, 0, json, 1, inner.length);
        json[json.length - 1] = '"';
        return json;
    }

    /** Writes the field {@code usage}. */
    static void usage(Usage usage, JsonGenerator out) throws IOException {
        out.writeObjectFieldStart("usage");
        out.writeNumberField("input_tokens", usage.inputTokens());
        out.writeNumberField("cache_creation_input_tokens", usage.cacheCreationInputTokens());
        out.writeNumberField("cache_read_input_tokens", usage.cacheReadInputTokens());
        out.writeNumberField("output_tokens", usage.outputTokens());
        if (usage.thinkingTokens() > 0) {
            out.writeObjectFieldStart("output_tokens_details");
            out.writeNumberField("thinking_tokens", usage.thinkingTokens());
            out.writeEndObject();
        }
        if (usage.serviceTier() != null) {
            out.writeStringField("service_tier", usage.serviceTier());
        }
        out.writeEndObject();
    }

    /** Writes one JSON object and returns its bytes. */
    public static byte[] write(ObjectBody body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator out = FACTORY.createGenerator(bytes)) {
            out.writeStartObject();
            body.writeTo(out);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("an array in memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    /** Writes the fields of an object. */
    @FunctionalInterface
    public interface ObjectBody {
        void writeTo(JsonGenerator out) throws IOException;
    }

    /**
     * Writes the fields of a block.
     *
     * @param content its text, reasoning or input so far; empty when it opens
     * @param signature that of a thinking block so far
     */
    static void block(OutputBlock block, String content, String signature, JsonGenerator out) throws IOException {
        switch (block) {
            case TextBlock text -> {
                out.writeStringField("type", "text");
                out.writeStringField("text", content);
            }
            case ThinkingBlock thinking -> {
                out.writeStringField("type", "thinking");
                out.writeStringField("thinking", content);
                out.writeStringField("signature", signature);
            }
            case RedactedThinkingBlock redacted -> {
                out.writeStringField("type", "redacted_thinking");
                out.writeStringField("data", redacted.data());
            }
            case ToolUseBlock tool -> {
                out.writeStringField("type", "tool_use");
                out.writeStringField("id", tool.id());
                out.writeStringField("name", tool.name());
                out.writeFieldName("input");
                out.writeRawValue(input(content));
                // Who calls: the model itself, not code that it runs. The API's newer SDKs have the field as required.
                out.writeObjectFieldStart("caller");
                out.writeStringField("type", "direct");
                out.writeEndObject();
            }
        }
    }

    /**
     * A tool call's input as an object. One that the model did not finish (it ran out of tokens) is no JSON; it is handed on as
     * text under {@code _unparsed}, so that nothing is lost and the message stays readable.
     *
     * @param json the joined fragments of the input
     */
    public static String input(String json) {
        if (json.isBlank()) {
            return "{}";
        }
        if (RawJson.of(json).isObject()) {
            return Text.wellFormed(json);
        }
        return new String(write(out -> out.writeStringField("_unparsed", json)), StandardCharsets.UTF_8);
    }

    // The event that there are most of: constant parts are copied, only the text is encoded.
    private static byte[] delta(ContentBlockDelta event) {
        return switch (event.delta()) {
            case TextDelta delta -> indexed(DELTA, event.index(), TEXT_DELTA, delta.text(), DELTA_END);
            case ThinkingDelta delta -> indexed(DELTA, event.index(), THINKING_DELTA, delta.thinking(), DELTA_END);
            case SignatureDelta delta -> indexed(DELTA, event.index(), SIGNATURE_DELTA, delta.signature(), DELTA_END);
            case InputJsonDelta delta ->
                indexed(DELTA, event.index(), INPUT_JSON_DELTA, delta.partialJson(), DELTA_END);
        };
    }

    private static byte[] indexed(byte[] head, int index, byte[] middle, String text, byte[] tail) {
        byte[] number = utf8(Integer.toString(index));
        byte[] quoted = escaped(text);
        byte[] json = new byte[head.length + number.length + middle.length + quoted.length + tail.length];
        int at = append(json, 0, head);
        at = append(json, at, number);
        at = append(json, at, middle);
        at = append(json, at, quoted);
        append(json, at, tail);
        return json;
    }

    // The encoder throws on half of a surrogate pair; no text that an upstream sends may break a stream.
    private static byte[] escaped(String text) {
        return JsonStringEncoder.getInstance().quoteAsUTF8(Text.wellFormed(text));
    }

    private static int append(byte[] target, int at, byte[] part) {
        System.arraycopy(part, 0, target, at, part.length);
        return at + part.length;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
