package dev.caravan.provider.gemini;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.Text;
import dev.caravan.message.Thinking;
import dev.caravan.provider.BlockPath;
import java.io.IOException;

/**
 * Writes how to generate: limits, sampling, the form of the answer, and how much to think.
 *
 * @see <a href="https://ai.google.dev/api/generate-content#v1beta.GenerationConfig">Gemini API: GenerationConfig</a>
 * @see <a href="https://ai.google.dev/gemini-api/docs/thinking">Gemini API: Thinking</a>
 */
final class GenerationConfigWriter {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_STOP = 5;
    private static final int LOW_BUDGET = 1_024;
    private static final int MEDIUM_BUDGET = 8_192;
    private static final int HIGH_BUDGET = 24_576;
    /** The least that a model thinks which cannot be stopped from thinking. */
    private static final int LEAST_BUDGET = 128;
    /** The model's own measure. */
    private static final int DYNAMIC_BUDGET = -1;

    private final MessageRequest request;
    private final GeminiModel model;
    private final String provider;

    GenerationConfigWriter(MessageRequest request, GeminiModel model, String provider) {
        this.request = request;
        this.model = model;
        this.provider = provider;
    }

    /**
     * Writes the object.
     *
     * @param mostTokens the most that the model can generate, by the configuration
     * @throws dev.caravan.message.ApiException 400 for what Gemini has nothing for
     */
    void write(JsonGenerator out, int mostTokens) throws IOException {
        if (request.maxTokens() == 0) {
            throw BlockPath.notCarried("max_tokens", "0", provider);
        }
        out.writeObjectFieldStart("generationConfig");
        out.writeNumberField("maxOutputTokens", Math.min(request.maxTokens(), mostTokens));
        if (request.temperature() != null) {
            out.writeNumberField("temperature", request.temperature());
        }
        if (request.topP() != null) {
            out.writeNumberField("topP", request.topP());
        }
        if (request.topK() != null && request.topK() > 0) {
            out.writeNumberField("topK", request.topK());
        }
        stopSequences(out);
        if (request.outputSchema() != null) {
            out.writeStringField("responseMimeType", "application/json");
            out.writeFieldName("responseSchema");
            JSON.writeTree(out,
                    SchemaCleaner.clean(request.outputSchema(), "output_config.format.schema", new SchemaBudget()));
        }
        thinking(out);
        out.writeEndObject();
    }

    /** Gemini takes no more than five, and without the sixth a reply would not end where it should. */
    private void stopSequences(JsonGenerator out) throws IOException {
        if (request.stopSequences().size() > MAX_STOP) {
            throw BlockPath.notCarried("stop_sequences", "more than " + MAX_STOP + " stop sequences", provider);
        }
        if (request.stopSequences().isEmpty()) {
            return;
        }
        out.writeArrayFieldStart("stopSequences");
        for (String stop : request.stopSequences()) {
            out.writeString(stop);
        }
        out.writeEndArray();
    }

    private void thinking(JsonGenerator out) throws IOException {
        Effort effort = Effort.of(request.effort(), provider);
        Thinking thinking = request.thinking();
        if (thinking == null && effort == null) {
            return;
        }
        switch (model.thinkingControl()) {
            case BUDGET -> {
                out.writeObjectFieldStart("thinkingConfig");
                out.writeNumberField("thinkingBudget", budget(thinking, effort));
                includeThoughts(thinking, out);
                out.writeEndObject();
            }
            case LEVEL -> {
                Effort level = level(thinking, effort);
                out.writeObjectFieldStart("thinkingConfig");
                if (level != null) {
                    out.writeStringField("thinkingLevel", level.name());
                }
                includeThoughts(thinking, out);
                out.writeEndObject();
            }
            case NONE -> {
            }
        }
    }

    private static void includeThoughts(Thinking thinking, JsonGenerator out) throws IOException {
        out.writeBooleanField("includeThoughts", thinking != null && thinking.wanted());
    }

    private int budget(Thinking thinking, Effort effort) {
        if (thinking != null && !thinking.wanted()) {
            return model.canStopThinking() ? 0 : LEAST_BUDGET;
        }
        if (thinking != null && thinking.budgetTokens() > 0) {
            return Math.min(thinking.budgetTokens(), model.mostThoughts());
        }
        return switch (effort) {
            case LOW -> LOW_BUDGET;
            case MEDIUM -> MEDIUM_BUDGET;
            case HIGH -> HIGH_BUDGET;
            case null -> DYNAMIC_BUDGET;
        };
    }

    /** The level, null for the model's own measure. Low is the least that every model of generation 3 takes. */
    private Effort level(Thinking thinking, Effort effort) {
        if (thinking != null && !thinking.wanted()) {
            return Effort.LOW;
        }
        Effort wanted = effort;
        if (wanted == null && thinking != null && thinking.budgetTokens() > 0) {
            int budget = thinking.budgetTokens();
            wanted = budget <= LOW_BUDGET
                    ? Effort.LOW
                    : budget <= MEDIUM_BUDGET ? Effort.MEDIUM : Effort.HIGH;
        }
        return wanted == Effort.MEDIUM && !model.knowsMediumLevel() ? Effort.HIGH : wanted;
    }

    /** How much to think, in Gemini's words. */
    private enum Effort {
        LOW, MEDIUM, HIGH;

        /** @return null when none is said */
        static Effort of(String effort, String provider) {
            return switch (effort) {
                case null -> null;
                case "low" -> LOW;
                case "medium" -> MEDIUM;
                case "high", "xhigh", "max" -> HIGH;
                default -> throw BlockPath.notCarried("output_config.effort",
                        "the unknown effort \"" + Text.excerpt(effort) + "\"", provider);
            };
        }
    }
}
