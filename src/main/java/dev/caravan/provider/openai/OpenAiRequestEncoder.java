package dev.caravan.provider.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.config.OpenAiOptions;
import dev.caravan.config.OpenAiOptions.ServiceTier;
import dev.caravan.config.OpenAiOptions.StructuredOutput;
import dev.caravan.config.OpenAiOptions.UserField;
import dev.caravan.config.OpenAiProvider;
import dev.caravan.config.ProviderModel;
import dev.caravan.message.ApiException;
import dev.caravan.message.MessageJson;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.Text;
import dev.caravan.provider.BlockPath;
import dev.caravan.provider.SystemPrompt;
import dev.caravan.provider.ToolNames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Encodes a request of the Messages API as one of chat completions. The same request always gives the same bytes, and a
 * conversation that goes on begins with the bytes it had before, so that the provider's prompt cache serves it.
 *
 * <p>
 * What a provider takes is said by its {@link OpenAiOptions}. Not sent, because the dialect has nothing for it: cache breakpoints,
 * tools that run at Anthropic. What would change the meaning by its absence is refused instead. Thread-safe.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/chat/create">OpenAI: Create chat completion</a>
 */
public final class OpenAiRequestEncoder {
    /** What this dialect writes around texts and schemas, so that the buffer seldom grows. */
    private static final int HEADROOM = 4 * 1024;

    private final String provider;
    private final OpenAiOptions options;
    private final Map<String, Integer> mostTokens = new HashMap<>();

    /** An encoder for a provider, which knows how much its models can say. */
    public OpenAiRequestEncoder(OpenAiProvider provider) {
        this(provider.name(), provider.options());
        for (ProviderModel model : provider.models()) {
            model.maxOutputTokens().ifPresent(tokens -> mostTokens.put(model.id(), tokens));
        }
    }

    /** @param provider the provider's name in the configuration, for errors */
    public OpenAiRequestEncoder(String provider, OpenAiOptions options) {
        this.provider = provider;
        this.options = options;
    }

    /**
     * The body of {@code POST /chat/completions}.
     *
     * @param model the model's name at the provider
     * @param names the tools' names of this call, which its decoder needs as well
     * @return JSON in UTF-8
     * @throws ApiException 400 when the request holds what this provider cannot be sent; names its path
     */
    public byte[] encode(MessageRequest request, String model, ToolNames names) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(request.body().length + HEADROOM);
        try (JsonGenerator out = MessageJson.FACTORY.createGenerator(bytes)) {
            out.writeStartObject();
            out.writeStringField("model", model);
            limits(request, model, out);
            sampling(request, out);
            new ReasoningWriter(request, options.reasoning(), provider).write(out);
            outputFormat(request, out);
            user(request, out);
            serviceTier(request, out);
            stream(request, out);
            new ToolsWriter(options.tools(), provider, names, out).write(request);
            messages(request, names, out);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("an array in memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    private void limits(MessageRequest request, String model, JsonGenerator out) throws IOException {
        if (request.maxTokens() == 0) {
            throw BlockPath.notCarried("max_tokens", "0", provider);
        }
        int most = mostTokens.getOrDefault(model, Integer.MAX_VALUE);
        out.writeNumberField(options.parameters().maxTokensField().id(), Math.min(request.maxTokens(), most));
    }

    private void sampling(MessageRequest request, JsonGenerator out) throws IOException {
        if (request.temperature() != null) {
            out.writeNumberField("temperature", request.temperature());
        }
        if (request.topP() != null) {
            out.writeNumberField("top_p", request.topP());
        }
        if (request.topK() != null && options.parameters().topK()) {
            out.writeNumberField("top_k", request.topK());
        }
        List<String> stop = request.stopSequences();
        if (stop.size() > options.parameters().maxStop()) {
            throw BlockPath.notCarried("stop_sequences", "more than " + options.parameters().maxStop(), provider);
        }
        if (!stop.isEmpty()) {
            out.writeArrayFieldStart("stop");
            for (String sequence : stop) {
                out.writeString(sequence);
            }
            out.writeEndArray();
        }
    }

    /** This dialect wants a name for the schema, the Messages API has none. */
    private void outputFormat(MessageRequest request, JsonGenerator out) throws IOException {
        if (request.outputSchema() == null) {
            return;
        }
        if (options.parameters().structuredOutput() == StructuredOutput.NONE) {
            throw BlockPath.notCarried("output_config.format", "a schema for the answer", provider);
        }
        out.writeObjectFieldStart("response_format");
        out.writeStringField("type", "json_schema");
        out.writeObjectFieldStart("json_schema");
        out.writeStringField("name", "response");
        out.writeFieldName("schema");
        request.outputSchema().writeTo(out);
        out.writeBooleanField("strict", true);
        out.writeEndObject();
        out.writeEndObject();
    }

    private void user(MessageRequest request, JsonGenerator out) throws IOException {
        UserField field = options.parameters().userField();
        if (request.userId() != null && field != UserField.NONE) {
            out.writeStringField(field.id(), hash(request.userId()));
        }
    }

    private void serviceTier(MessageRequest request, JsonGenerator out) throws IOException {
        ServiceTier standard = options.parameters().serviceTier();
        if (request.serviceTier() == null || standard == ServiceTier.NONE) {
            return;
        }
        out.writeStringField("service_tier", switch (request.serviceTier()) {
            case "auto" -> "auto";
            case "standard_only" -> standard.id();
            default -> throw BlockPath.notCarried("service_tier",
                    "the unknown tier \"" + Text.excerpt(request.serviceTier()) + "\"", provider);
        });
    }

    /** 64 characters, as many as OpenAI takes; what a client says of its user is its own business. */
    private static String hash(String userId) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(userId.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private void stream(MessageRequest request, JsonGenerator out) throws IOException {
        if (!request.stream()) {
            return;
        }
        out.writeBooleanField("stream", true);
        if (options.parameters().streamUsage()) {
            out.writeObjectFieldStart("stream_options");
            out.writeBooleanField("include_usage", true);
            out.writeEndObject();
        }
    }

    private void messages(MessageRequest request, ToolNames names, JsonGenerator out) throws IOException {
        out.writeArrayFieldStart("messages");
        SystemPrompt.writeMessage(request.system(), out);
        new ConversationWriter(out, provider, options, names).write(request);
        out.writeEndArray();
    }
}
