package dev.caravan.provider.bedrock;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.message.ApiException;
import dev.caravan.message.ContentBlock;
import dev.caravan.message.MessageJson;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.Text;
import dev.caravan.message.ToolChoice;
import dev.caravan.provider.BlockPath;
import dev.caravan.provider.SystemPrompt;
import dev.caravan.provider.ToolNames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;

/**
 * Encodes a request of the Messages API as one of Converse. The same request always gives the same bytes, and a conversation that
 * goes on begins with the bytes it had before.
 *
 * <p>
 * Not sent, because there is nothing for it: cache breakpoints, metadata, the service tier, tools that run at Anthropic, and for
 * models of others than Anthropic what they have no common name for, as told at the methods below. What would change the meaning by
 * its absence is refused instead. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html">AWS: Converse</a>
 */
final class ConverseRequestEncoder {
    /** What is written around texts and schemas, so that the buffer seldom grows. */
    private static final int HEADROOM = 4 * 1024;

    private final String provider;
    private final ModelId model;
    private final List<String> betas;

    /**
     * @param provider the provider's name in the configuration, for errors
     * @param betas the beta features to ask for, where the model is Anthropic's
     */
    ConverseRequestEncoder(String provider, ModelId model, List<String> betas) {
        this.provider = provider;
        this.model = model;
        this.betas = betas;
    }

    /**
     * The body of {@code POST /model/<id>/converse}; the model is in the URL, and so is whether to stream.
     *
     * @param names the tools' names of this call, which its decoder needs as well
     * @return JSON in UTF-8
     * @throws ApiException 400 when the request holds what cannot be carried; names its path
     */
    byte[] encode(MessageRequest request, ToolNames names) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(request.body().length + HEADROOM);
        try (JsonGenerator out = MessageJson.FACTORY.createGenerator(bytes)) {
            out.writeStartObject();
            inference(request, out);
            additional(request, names, out);
            if (!request.stopSequences().isEmpty()) {
                // Bedrock tells that a stop sequence was met, but only a model which one.
                out.writeArrayFieldStart("additionalModelResponseFieldPaths");
                out.writeString("/stop_sequence");
                out.writeEndArray();
            }
            output(request, out);
            ConverseTools.write(request, model, names, provider, out);
            system(request.system(), out);
            out.writeArrayFieldStart("messages");
            new ConverseMessages(out, names, model).write(request, provider);
            out.writeEndArray();
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("an array in memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    private void inference(MessageRequest request, JsonGenerator out) throws IOException {
        if (request.maxTokens() == 0) {
            throw BlockPath.notCarried("max_tokens", "0, which asks for no answer,", provider);
        }
        out.writeObjectFieldStart("inferenceConfig");
        out.writeNumberField("maxTokens", request.maxTokens());
        if (request.temperature() != null) {
            out.writeNumberField("temperature", request.temperature());
        }
        if (request.topP() != null) {
            out.writeNumberField("topP", request.topP());
        }
        if (!request.stopSequences().isEmpty()) {
            out.writeArrayFieldStart("stopSequences");
            for (String stop : request.stopSequences()) {
                out.writeString(stop);
            }
            out.writeEndArray();
        }
        out.writeEndObject();
    }

    /** Writes what Converse hands to the model as it is: fields of the model's own. Those of most models are not known. */
    private void additional(MessageRequest request, ToolNames names, JsonGenerator out) throws IOException {
        String vendor = model.vendor();
        boolean topK = request.topK() != null;
        boolean anthropic = model.maybeAnthropic();
        boolean thinking = anthropic && request.thinking() != null && request.thinking().wanted();
        String known = model.isAnthropic() ? null : knownEffort(request.effort());
        boolean effort = known != null && vendor.equals("openai");
        boolean sampling = topK && (anthropic || vendor.equals("amazon") || vendor.equals("mistral"));
        boolean asksForBetas = model.isAnthropic() && !betas.isEmpty();
        ToolChoice choice = ConverseTools.modelsOwn(request, model, provider);
        if (!sampling && !thinking && !effort && !asksForBetas && choice == null) {
            return;
        }
        out.writeObjectFieldStart("additionalModelRequestFields");
        if (sampling && vendor.equals("amazon")) {
            out.writeObjectFieldStart("inferenceConfig");
            out.writeNumberField("topK", request.topK());
            out.writeEndObject();
        } else if (sampling) {
            out.writeNumberField("top_k", request.topK());
        }
        if (thinking) {
            out.writeObjectFieldStart("thinking");
            out.writeStringField("type", request.thinking().mode());
            if (request.thinking().budgetTokens() > 0) {
                out.writeNumberField("budget_tokens", request.thinking().budgetTokens());
            }
            out.writeEndObject();
        }
        if (effort) {
            out.writeStringField("reasoning_effort", known);
        }
        if (choice != null) {
            out.writeObjectFieldStart("tool_choice");
            out.writeStringField("type", choice.mode().name().toLowerCase(Locale.ROOT));
            if (choice.name() != null) {
                out.writeStringField("name", names.toProvider(choice.name()));
            }
            out.writeBooleanField("disable_parallel_tool_use", true);
            out.writeEndObject();
        }
        if (asksForBetas) {
            out.writeArrayFieldStart("anthropic_beta");
            for (String beta : betas) {
                out.writeString(beta);
            }
            out.writeEndArray();
        }
        out.writeEndObject();
    }

    /** The effort in the words of OpenAI's models; null when none is said. Anthropic's models judge theirs themselves. */
    private String knownEffort(String effort) {
        return switch (effort) {
            case null -> null;
            case "low", "medium", "high" -> effort;
            case "xhigh", "max" -> "high";
            default -> throw BlockPath.notCarried("output_config.effort",
                    "the unknown effort \"" + Text.excerpt(effort) + "\"", provider);
        };
    }

    /** Writes {@code outputConfig}. The schema is the text of one there. */
    private void output(MessageRequest request, JsonGenerator out) throws IOException {
        boolean effort = request.effort() != null && model.isAnthropic();
        if (!effort && request.outputSchema() == null) {
            return;
        }
        out.writeObjectFieldStart("outputConfig");
        if (request.outputSchema() != null) {
            out.writeObjectFieldStart("textFormat");
            out.writeStringField("type", "json_schema");
            out.writeObjectFieldStart("structure");
            out.writeObjectFieldStart("jsonSchema");
            out.writeStringField("schema", request.outputSchema().compact());
            out.writeStringField("name", "response");
            out.writeEndObject();
            out.writeEndObject();
            out.writeEndObject();
        }
        if (effort) {
            out.writeStringField("effort", request.effort());
        }
        out.writeEndObject();
    }

    private static void system(List<ContentBlock> system, JsonGenerator out) throws IOException {
        List<String> texts = SystemPrompt.blocks(system).stream().filter(ContentBlock.Text.class::isInstance)
                .map(block -> ((ContentBlock.Text) block).text()).filter(text -> !text.isBlank()).toList();
        if (texts.isEmpty()) {
            return;
        }
        out.writeArrayFieldStart("system");
        for (String text : texts) {
            out.writeStartObject();
            out.writeStringField("text", text);
            out.writeEndObject();
        }
        out.writeEndArray();
    }
}
