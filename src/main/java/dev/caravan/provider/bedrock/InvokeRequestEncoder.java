package dev.caravan.provider.bedrock;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.message.ApiException;
import dev.caravan.message.ContentBlock.RedactedThinking;
import dev.caravan.message.ContentBlock.Thinking;
import dev.caravan.message.InputMessage;
import dev.caravan.message.MessageJson;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.RawJson;
import dev.caravan.provider.bedrock.JsonSlices.Field;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A request for InvokeModel: the client's own bytes, without the model and whether to stream, which are in the URL there, and with
 * the version and the betas, which are headers elsewhere. Of the conversation only reasoning is left out that Anthropic has not
 * signed: it would refuse all of it.
 *
 * @see <a href=
 *      "https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html">AWS:
 *      Anthropic Claude Messages API, request and response</a>
 */
final class InvokeRequestEncoder {
    private static final String VERSION = "bedrock-2023-05-31";
    private static final int HEADROOM = 512;

    private InvokeRequestEncoder() {}

    /**
     * The body.
     *
     * @param betas those that the client asked for by a header, and that Bedrock has
     * @param allowed the betas that Bedrock has
     */
    static byte[] encode(MessageRequest request, List<String> betas, List<String> allowed) {
        RawJson body = new RawJson(request.body(), 0, request.body().length);
        List<Field> fields = JsonSlices.fields(body);
        Set<String> wanted = new LinkedHashSet<>(betas);
        fields.stream().filter(field -> field.name().equals("anthropic_beta"))
                .flatMap(field -> JsonSlices.elements(field.value()).stream()).map(JsonSlices::string)
                .filter(beta -> beta != null && allowed.contains(beta)).forEach(wanted::add);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(request.body().length + HEADROOM);
        try (JsonGenerator out = MessageJson.FACTORY.createGenerator(bytes)) {
            out.writeStartObject();
            out.writeStringField("anthropic_version", VERSION);
            if (!wanted.isEmpty()) {
                out.writeArrayFieldStart("anthropic_beta");
                for (String beta : wanted) {
                    out.writeString(beta);
                }
                out.writeEndArray();
            }
            out.flush();
            for (Field field : fields) {
                field(field, request, bytes);
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("an array in memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    private static void field(Field field, MessageRequest request, ByteArrayOutputStream bytes) {
        switch (field.name()) {
            case "model", "stream", "anthropic_version", "anthropic_beta" -> {
                // in the URL, or written already
            }
            case "messages" -> {
                bytes.write(',');
                if (request.messages().stream().anyMatch(InvokeRequestEncoder::hasForeignReasoning)) {
                    write("\"messages\":", bytes);
                    messages(field.value(), bytes);
                } else {
                    write(field.whole(), bytes);
                }
            }
            default -> {
                bytes.write(',');
                write(field.whole(), bytes);
            }
        }
    }

    private static boolean hasForeignReasoning(InputMessage message) {
        return message.content().stream().anyMatch(
                block -> block instanceof Thinking thinking && isForeign(thinking)
                        || block instanceof RedactedThinking redacted && redacted.minted());
    }

    private static boolean isForeign(Thinking thinking) {
        return thinking.minted() || thinking.signature().isEmpty();
    }

    /** The same of a block as it is written: a request in which a field stands twice holds more than was decoded. */
    private static boolean isForeign(RawJson block) {
        String type = null;
        String signature = "";
        String data = "";
        for (Field field : JsonSlices.fields(block)) {
            if (field.name().equals("type") && type == null) {
                type = JsonSlices.string(field.value());
            } else if (field.name().equals("signature")) {
                String told = JsonSlices.string(field.value());
                signature = told == null ? signature : told;
            } else if (field.name().equals("data")) {
                String told = JsonSlices.string(field.value());
                data = told == null ? data : told;
            }
        }
        return "thinking".equals(type) && isForeign(new Thinking("", signature))
                || "redacted_thinking".equals(type) && new RedactedThinking(data).minted();
    }

    /**
     * Writes the messages without foreign reasoning, and without those that have nothing else.
     *
     * @throws ApiException 400 when no message would be left
     */
    private static void messages(RawJson array, ByteArrayOutputStream bytes) {
        List<RawJson> messages = JsonSlices.elements(array);
        char before = '[';
        for (RawJson message : messages) {
            ByteArrayOutputStream kept = new ByteArrayOutputStream(message.length());
            if (message(message, kept)) {
                bytes.write(before);
                before = ',';
                bytes.writeBytes(kept.toByteArray());
            }
        }
        if (before == '[' && !messages.isEmpty()) {
            throw ApiException.invalid("messages",
                    "nothing is left of them without the thinking blocks that Anthropic has not signed");
        }
        write(before == '[' ? "[]" : "]", bytes);
    }

    /** Writes a message, as it is where nothing of it is foreign; false when nothing is left of it. */
    private static boolean message(RawJson message, ByteArrayOutputStream bytes) {
        boolean edited = false;
        boolean emptied = false;
        ByteArrayOutputStream fields = new ByteArrayOutputStream(message.length());
        char before = '{';
        for (Field field : JsonSlices.fields(message)) {
            fields.write(before);
            before = ',';
            List<RawJson> blocks = field.name().equals("content") ? JsonSlices.elements(field.value()) : List.of();
            List<RawJson> kept = blocks.stream().filter(block -> !isForeign(block)).toList();
            if (kept.size() == blocks.size()) {
                write(field.whole(), fields);
                emptied &= !field.name().equals("content");
            } else {
                edited = true;
                emptied = kept.isEmpty();
                write("\"content\":", fields);
                content(kept, fields);
            }
        }
        fields.write('}');
        if (edited) {
            bytes.writeBytes(fields.toByteArray());
        } else {
            write(message, bytes);
        }
        return !emptied;
    }

    private static void content(List<RawJson> blocks, ByteArrayOutputStream bytes) {
        bytes.write('[');
        for (int i = 0; i < blocks.size(); i++) {
            if (i > 0) {
                bytes.write(',');
            }
            write(blocks.get(i), bytes);
        }
        bytes.write(']');
    }

    private static void write(RawJson json, ByteArrayOutputStream bytes) {
        bytes.write(json.source(), json.offset(), json.length());
    }

    private static void write(String ascii, ByteArrayOutputStream bytes) {
        for (int i = 0; i < ascii.length(); i++) {
            bytes.write(ascii.charAt(i));
        }
    }
}
