package dev.caravan.provider.ollama;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.config.OllamaOptions;
import dev.caravan.message.ApiException;
import dev.caravan.message.MessageJson;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.Text;
import dev.caravan.message.Tool;
import dev.caravan.provider.BlockPath;
import dev.caravan.provider.OfferedTools;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Encodes a request of the Messages API as one of Ollama's chat API. The same request always gives the same bytes, and a
 * conversation that goes on begins with the bytes it had before.
 *
 * <p>
 * Ollama would cut a prompt that is longer than the model's context, and an answer's beginning while it goes on; both is switched
 * off, so that the client is told instead. Not sent, because Ollama has nothing for it: cache breakpoints, the reasoning budget,
 * metadata, whether calls may be parallel, tools that run at Anthropic. Thread-safe.
 *
 * @see <a href="https://docs.ollama.com/api/chat">Ollama: Generate a chat message</a>
 */
public final class OllamaRequestEncoder {
    /** What this dialect writes around texts and schemas, so that the buffer seldom grows. */
    private static final int HEADROOM = 4 * 1024;

    private final String provider;
    private final OllamaOptions options;

    /** @param provider the provider's name in the configuration, for errors */
    public OllamaRequestEncoder(String provider, OllamaOptions options) {
        this.provider = provider;
        this.options = options;
    }

    /**
     * The body of {@code POST /api/chat}.
     *
     * @param model the model's name at the provider
     * @return JSON in UTF-8
     * @throws ApiException 400 when the request holds what this dialect cannot carry; names its path
     */
    public byte[] encode(MessageRequest request, String model) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(request.body().length + HEADROOM);
        try (JsonGenerator out = MessageJson.FACTORY.createGenerator(bytes)) {
            out.writeStartObject();
            out.writeStringField("model", model);
            out.writeBooleanField("stream", request.stream());
            parameters(request, out);
            options(request, out);
            tools(request, out);
            new ChatMessages(out, provider).write(request);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("an array in memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    private void parameters(MessageRequest request, JsonGenerator out) throws IOException {
        if (options.passThink()) {
            think(request, out);
        }
        if (options.keepAlive().isPresent()) {
            out.writeFieldName("keep_alive");
            out.writeRawValue(options.keepAlive().get());
        }
        out.writeBooleanField("truncate", false);
        out.writeBooleanField("shift", false);
        if (request.outputSchema() != null) {
            out.writeFieldName("format");
            request.outputSchema().writeTo(out);
        }
    }

    /** A model that thinks does so unless it is told not to; only some take how much. */
    private void think(MessageRequest request, JsonGenerator out) throws IOException {
        if (request.thinking() != null && !request.thinking().wanted()) {
            out.writeBooleanField("think", false);
        } else if (request.effort() != null) {
            out.writeStringField("think", level(request.effort()));
        } else if (request.thinking() != null && request.thinking().mode().equals("enabled")) {
            out.writeBooleanField("think", true);
        }
    }

    private String level(String effort) {
        return switch (effort) {
            case "low", "medium", "high" -> effort;
            case "xhigh", "max" -> "high";
            default -> throw BlockPath.notCarried("output_config.effort",
                    "the unknown effort \"" + Text.excerpt(effort) + "\"", provider);
        };
    }

    /** The options of the configuration below those of the request. */
    private void options(MessageRequest request, JsonGenerator out) throws IOException {
        if (request.maxTokens() == 0) {
            throw BlockPath.notCarried("max_tokens", "0", provider);
        }
        Map<String, Object> all = new LinkedHashMap<>(options.modelOptions());
        all.put("num_predict", request.maxTokens());
        putIfSaid(all, "temperature", request.temperature());
        putIfSaid(all, "top_p", request.topP());
        putIfSaid(all, "top_k", request.topK());
        out.writeObjectFieldStart("options");
        for (Map.Entry<String, Object> option : all.entrySet()) {
            out.writeFieldName(option.getKey());
            out.writeRawValue(option.getValue().toString());
        }
        if (!request.stopSequences().isEmpty()) {
            out.writeArrayFieldStart("stop");
            for (String stop : request.stopSequences()) {
                out.writeString(stop);
            }
            out.writeEndArray();
        }
        out.writeEndObject();
    }

    private static void putIfSaid(Map<String, Object> all, String name, Number value) {
        if (value != null) {
            all.put(name, value);
        }
    }

    /** Ollama leaves the choice to the model, so a call cannot be demanded; that none is made can. */
    private void tools(MessageRequest request, JsonGenerator out) throws IOException {
        OfferedTools offered = OfferedTools.of(request, provider);
        if (offered.tools().isEmpty() || offered.callForbidden()) {
            return;
        }
        if (offered.callDemanded()) {
            throw BlockPath.notCarried("tool_choice", "the demand that a tool be called", provider);
        }
        out.writeArrayFieldStart("tools");
        for (Tool tool : offered.tools()) {
            out.writeStartObject();
            out.writeStringField("type", "function");
            out.writeObjectFieldStart("function");
            out.writeStringField("name", tool.name());
            if (tool.description() != null) {
                out.writeStringField("description", tool.description());
            }
            out.writeFieldName("parameters");
            tool.inputSchema().writeTo(out);
            out.writeEndObject();
            out.writeEndObject();
        }
        out.writeEndArray();
    }
}
