package dev.caravan.chatcompletions;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.message.ApiException;
import dev.caravan.message.Text;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Translates a request of chat completions into one of the Messages API. What it refuses it refuses with the path of the field as
 * the client wrote it; fields that it does not know are accepted and ignored, as are those that only tune: {@code logit_bias},
 * {@code presence_penalty}, {@code frequency_penalty}, {@code store}, {@code metadata}, {@code prediction}, {@code verbosity},
 * {@code prompt_cache_key}. The same conversation always gives the same bytes. Not thread-safe; one decodes one request.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/chat/create">OpenAI: Create chat completion</a>
 */
final class ChatRequestDecoder {
    /** What a client who leaves a value out gets from both APIs. Some models refuse the two together, so it is not sent. */
    private static final double DEFAULT_SAMPLING = 1;
    private static final String JSON_ONLY = "Answer with one JSON object and nothing else: no text around it, no code fence.";

    private final JsonField request;
    private final ObjectNode message = JsonField.JSON.createObjectNode();
    private final FieldPaths paths = new FieldPaths();

    private ChatRequestDecoder(JsonField request) {
        this.request = request;
    }

    /**
     * Translates the body of {@code POST /v1/chat/completions}.
     *
     * @param defaultMaxTokens the most tokens to generate when the client does not say; the Messages API wants a number
     * @throws ApiException 400 when the body is not JSON, breaks a rule of the API, or asks for what cannot be had here
     */
    static ChatRequest decode(byte[] body, int defaultMaxTokens) {
        return new ChatRequestDecoder(JsonField.parse(body)).decode(defaultMaxTokens);
    }

    private ChatRequest decode(int defaultMaxTokens) {
        Unsupported.refuse(request);
        message.put("model", request.required("model").string());
        message.put("max_tokens", maxTokens(defaultMaxTokens));
        boolean stream = flag(request.get("stream"));
        message.put("stream", stream);
        ArrayNode system = message.putArray("system");
        ArrayNode messages = message.putArray("messages");
        new ConversationReader(system, messages, paths).read(request.required("messages"));
        ToolsReader tools = new ToolsReader(request, paths);
        tools.translateTo(message);
        sampling();
        stop();
        reasoning();
        responseFormat(system);
        user();
        serviceTier();
        if (system.isEmpty()) {
            message.remove("system");
        }
        JsonField options = request.get("stream_options");
        boolean includeUsage = stream && options.present() && flag(options.object().get("include_usage"));
        return new ChatRequest(json(), includeUsage, tools.functions(), seed(), paths);
    }

    private byte[] json() {
        try {
            // As text, since writing bytes fails at half of a surrogate pair, which a tool's schema may hold.
            return Text.wellFormed(JsonField.JSON.writeValueAsString(message)).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a tree in memory can be written", e);
        }
    }

    private int maxTokens(int otherwise) {
        JsonField field = request.get("max_completion_tokens");
        if (!field.present()) {
            field = request.get("max_tokens"); // what it was called before
        }
        paths.put("max_tokens", field.path());
        return field.present() ? field.integer(1) : otherwise;
    }

    /** The Messages API ends at 1 where this one ends at 2. */
    private void sampling() {
        sampling("temperature", 2);
        sampling("top_p", 1);
    }

    private void sampling(String name, int most) {
        JsonField field = request.get(name);
        if (field.present() && field.number(0, most) < DEFAULT_SAMPLING) {
            message.set(name, field.node());
        }
    }

    private void stop() {
        JsonField stop = request.get("stop");
        if (!stop.present()) {
            return;
        }
        paths.put("stop_sequences", "stop");
        ArrayNode sequences = message.putArray("stop_sequences");
        if (stop.isString()) {
            add(stop, sequences);
        } else {
            stop.elements().forEach(sequence -> add(sequence, sequences));
        }
    }

    private static void add(JsonField sequence, ArrayNode sequences) {
        if (!sequence.string().isEmpty()) {
            sequences.add(sequence.string());
        }
    }

    /** Effort is effort; whoever asks for it wants reasoning, which on most models is off unless it is asked for. */
    private void reasoning() {
        JsonField effort = request.get("reasoning_effort");
        if (!effort.present()) {
            return;
        }
        paths.put("output_config.effort", effort.path());
        paths.put("thinking", effort.path());
        switch (effort.string()) {
            case "none" -> message.putObject("thinking").put("type", "disabled");
            case "minimal" -> message.withObject("/output_config").put("effort", "low");
            case "low", "medium", "high", "xhigh", "max" -> {
                message.putObject("thinking").put("type", "adaptive");
                message.withObject("/output_config").put("effort", effort.string());
            }
            default -> throw effort.unexpected(
                    "\"none\", \"minimal\", \"low\", \"medium\", \"high\", \"xhigh\" or \"max\"");
        }
    }

    private void responseFormat(ArrayNode system) {
        JsonField format = request.get("response_format");
        if (!format.present()) {
            return;
        }
        JsonField type = format.object().required("type");
        switch (type.string()) {
            case "text" -> {
            }
            case "json_object" -> system.addObject().put("type", "text").put("text", JSON_ONLY);
            case "json_schema" -> {
                JsonField schema = format.required("json_schema").object().required("schema");
                paths.put("output_config.format.schema", schema.path());
                message.withObject("/output_config").putObject("format").put("type", "json_schema").set("schema",
                        schema.objectNode());
            }
            default -> throw type.unexpected("\"text\", \"json_object\" or \"json_schema\"");
        }
    }

    private void user() {
        JsonField user = request.get("safety_identifier");
        if (!user.present()) {
            user = request.get("user"); // what it was called before
        }
        if (user.present()) {
            paths.put("metadata.user_id", user.path());
            message.putObject("metadata").put("user_id", user.string());
        }
    }

    /** Both APIs have an automatic tier and a standard one; what is faster or cheaper than that the Messages API cannot ask for. */
    private void serviceTier() {
        JsonField tier = request.get("service_tier");
        if (!tier.present()) {
            return;
        }
        paths.put("service_tier", tier.path());
        message.put("service_tier", switch (tier.string()) {
            case "auto", "scale", "priority", "fast" -> "auto";
            case "default", "flex" -> "standard_only";
            default -> throw tier.unexpected(
                    "\"auto\", \"default\", \"flex\", \"scale\", \"priority\" or \"fast\"");
        });
    }

    /** Not part of the request in the Messages API, which has no such field. */
    private Long seed() {
        JsonField seed = request.get("seed");
        boolean usable = seed.present() && seed.node().isIntegralNumber() && seed.node().canConvertToLong();
        return usable ? seed.node().longValue() : null;
    }

    private static boolean flag(JsonField field) {
        return field.present() && field.bool();
    }
}
