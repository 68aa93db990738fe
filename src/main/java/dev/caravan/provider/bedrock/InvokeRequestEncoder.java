package dev.caravan.provider.bedrock;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.message.ContentBlock;
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
                    messages(field.value(), request.messages(), bytes);
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
        return message.content().stream().anyMatch(InvokeRequestEncoder::isForeign);
    }

    private static boolean isForeign(ContentBlock block) {
        return block instanceof Thinking thinking && (thinking.minted() || thinking.signature().isEmpty());
    }

    /** Writes the messages without foreign reasoning, and without those that have nothing else. */
    private static void messages(RawJson array, List<InputMessage> decoded, ByteArrayOutputStream bytes) {
        List<RawJson> messages = JsonSlices.elements(array);
        char before = '[';
        for (int i = 0; i < messages.size(); i++) {
            InputMessage message = decoded.get(i);
            if (message.content().stream().allMatch(InvokeRequestEncoder::isForeign) && hasForeignReasoning(message)) {
                continue;
            }
            bytes.write(before);
            before = ',';
            if (hasForeignReasoning(message)) {
                message(messages.get(i), message.content(), bytes);
            } else {
                write(messages.get(i), bytes);
            }
        }
        write(before == '[' ? "[]" : "]", bytes);
    }

    private static void message(RawJson message, List<ContentBlock> decoded, ByteArrayOutputStream bytes) {
        char before = '{';
        for (Field field : JsonSlices.fields(message)) {
            bytes.write(before);
            before = ',';
            if (field.name().equals("content")) {
                write("\"content\":", bytes);
                content(JsonSlices.elements(field.value()), decoded, bytes);
            } else {
                write(field.whole(), bytes);
            }
        }
        bytes.write('}');
    }

    private static void content(List<RawJson> blocks, List<ContentBlock> decoded, ByteArrayOutputStream bytes) {
        char before = '[';
        for (int i = 0; i < blocks.size(); i++) {
            if (!isForeign(decoded.get(i))) {
                bytes.write(before);
                before = ',';
                write(blocks.get(i), bytes);
            }
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
