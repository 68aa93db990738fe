package dev.caravan.provider.gemini;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.message.ApiException;
import dev.caravan.message.MessageJson;
import dev.caravan.message.MessageRequest;
import dev.caravan.provider.SystemPrompt;
import dev.caravan.provider.ToolNames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Encodes a request of the Messages API as a {@code GenerateContentRequest}. The same request always gives the same bytes, and a
 * conversation that goes on begins with the bytes it had before, so that Gemini's implicit cache serves it.
 *
 * <p>
 * Not sent, because Gemini has nothing for it: reasoning of other models, cache breakpoints, metadata, the service tier, tools
 * that run at Anthropic, whether tools may be called in parallel. What would change the meaning by its absence is refused
 * instead. Thread-safe.
 *
 * @see <a href="https://ai.google.dev/api/generate-content">Gemini API: Generating content</a>
 */
public final class GeminiRequestEncoder {
    /** What this dialect writes around texts and schemas, so that the buffer seldom grows. */
    private static final int HEADROOM = 4 * 1024;

    private final String provider;

    /** @param provider the provider's name in the configuration, for what is refused */
    public GeminiRequestEncoder(String provider) {
        this.provider = provider;
    }

    /**
     * The body of {@code :generateContent} and {@code :streamGenerateContent}.
     *
     * @param model the model's name at the provider, which does not stand in the body but decides what may
     * @param mostTokens the most tokens that the model can generate
     * @param names the tools' names of this call, which its decoder needs as well
     * @return JSON in UTF-8
     * @throws ApiException 400 when the request holds what Gemini cannot carry; names its path
     */
    public byte[] encode(MessageRequest request, String model, int mostTokens, ToolNames names) {
        GeminiModel target = GeminiModel.of(model);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(request.body().length + HEADROOM);
        try (JsonGenerator out = MessageJson.FACTORY.createGenerator(bytes)) {
            out.writeStartObject();
            new GenerationConfigWriter(request, target, provider).write(out, mostTokens);
            system(request, out);
            ToolsWriter.write(request, names, provider, out);
            new ContentsWriter(request, target, names, provider).write(out);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("an array in memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    private static void system(MessageRequest request, JsonGenerator out) throws IOException {
        String prompt = SystemPrompt.text(request.system());
        if (prompt.isEmpty()) {
            return;
        }
        out.writeObjectFieldStart("systemInstruction");
        out.writeArrayFieldStart("parts");
        out.writeStartObject();
        out.writeStringField("text", prompt);
        out.writeEndObject();
        out.writeEndArray();
        out.writeEndObject();
    }
}
