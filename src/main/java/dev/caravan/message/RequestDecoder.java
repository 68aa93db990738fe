package dev.caravan.message;

import static dev.caravan.message.InputMessage.Role.ASSISTANT;
import static dev.caravan.message.InputMessage.Role.SYSTEM;
import static dev.caravan.message.InputMessage.Role.USER;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Decodes a request's JSON and validates it in the same pass. What it refuses it refuses with the path of the field and what was
 * expected there. Fields that it does not know are accepted and left in the body's bytes. Not thread-safe; one decodes one
 * request.
 *
 * @see <a href="https://platform.claude.com/docs/en/api/messages">Anthropic: Messages</a>
 */
public final class RequestDecoder {
    /** How deep the JSON of a request may be nested. */
    public static final int MAX_DEPTH = JsonCursor.MAX_DEPTH;
    /** How many characters a number in it may have. */
    public static final int MAX_NUMBER = JsonCursor.MAX_NUMBER;

    private static final int MAX_MESSAGES = 100_000;
    private static final int MAX_MODEL = 256;
    private static final int MAX_USER_ID = 512;
    private static final int MIN_THINKING_BUDGET = 1_024;

    private final byte[] body;
    private final ApiVersion version;
    private final JsonCursor json;
    private final ContentDecoder content;

    private int modelOffset;
    private int modelLength;
    private String model;
    private List<ContentBlock> system = List.of();
    private List<InputMessage> messages;
    private Integer maxTokens;
    private boolean stream;
    private List<String> stopSequences = List.of();
    private Double temperature;
    private Double topP;
    private Integer topK;
    private List<Tool> tools = List.of();
    private ToolChoice toolChoice;
    private Thinking thinking;
    private String effort;
    private RawJson outputSchema;
    private String userId;
    private String serviceTier;
    private Long seed;

    private RequestDecoder(byte[] body, ApiVersion version) throws IOException {
        this.body = body;
        this.version = version;
        this.json = new JsonCursor(body);
        this.content = new ContentDecoder(json, version);
    }

    /**
     * Decodes the body of {@code POST /v1/messages}.
     *
     * @throws ApiException 400 when the body is not JSON or breaks a rule of the API
     */
    public static MessageRequest decode(byte[] body, ApiVersion version) {
        return decode(body, version, true);
    }

    /**
     * Decodes the body of {@code POST /v1/messages/count_tokens}, which has no {@code max_tokens}.
     *
     * @throws ApiException 400 when the body is not JSON or breaks a rule of the API
     */
    public static MessageRequest decodeForCounting(byte[] body, ApiVersion version) {
        return decode(body, version, false);
    }

    private static MessageRequest decode(byte[] body, ApiVersion version, boolean maxTokensRequired) {
        if (body.length == 0) {
            throw ApiException.invalid("", "the request body is empty; expected a JSON object");
        }
        try {
            RequestDecoder decoder = new RequestDecoder(body, version);
            try (decoder.json) {
                decoder.read();
            }
            return decoder.request(maxTokensRequired);
        } catch (IOException e) {
            throw JsonCursor.malformed(e);
        }
    }

    private void read() throws IOException {
        json.next();
        json.beginObject();
        for (String field = json.nextField(); field != null; field = json.nextField()) {
            if (json.value()) {
                field(field);
            }
        }
        if (json.next() != null) {
            throw ApiException.invalid("", "the request body goes on after its JSON object");
        }
    }

    private void field(String field) throws IOException {
        switch (field) {
            case "model" -> model();
            case "messages" -> messages();
            case "max_tokens" -> maxTokens = json.integer(0);
            case "system" -> system = content.system();
            case "stream" -> stream = json.bool();
            case "stop_sequences" -> {
                stopSequences = json.strings();
                // It stands in front of every text: an answer would end before it began.
                if (stopSequences.contains("")) {
                    throw json.problem("must not hold an empty text");
                }
            }
            case "temperature" -> {
                checkSampling();
                temperature = json.number(0, 1);
            }
            case "top_p" -> {
                checkSampling();
                topP = json.number(0, 1);
            }
            case "top_k" -> {
                checkSampling();
                topK = json.integer(0);
            }
            case "tools" -> tools = new ToolDecoder(json).tools();
            case "tool_choice" -> toolChoice = new ToolDecoder(json).choice();
            case "thinking" -> thinking();
            case "output_config" -> outputConfig();
            case "metadata" -> metadata();
            case "service_tier" -> serviceTier = json.string();
            case "seed" -> seed = json.anyInteger();
            default -> json.skip();
        }
    }

    private MessageRequest request(boolean maxTokensRequired) {
        require(model != null, "model");
        require(maxTokens != null || !maxTokensRequired, "max_tokens");
        require(messages != null, "messages");
        if (messages.isEmpty()) {
            throw ApiException.invalid("messages", "at least one message is required");
        }
        checkBudget();
        int most = maxTokens == null ? 0 : maxTokens;
        return new MessageRequest(body, modelOffset, modelLength, model, system, messages, most, stream, stopSequences,
                temperature, topP, topK, tools, toolChoice, thinking, effort, outputSchema, userId, serviceTier, seed,
                content.mediaBytes(), content.mediaTokens());
    }

    /** With tools the model may think between its calls, and then the budget of all of them may exceed one reply's tokens. */
    private void checkBudget() {
        if (thinking != null && maxTokens != null && tools.isEmpty() && thinking.budgetTokens() > 0
                && thinking.budgetTokens() >= maxTokens) {
            throw ApiException.invalid("thinking.budget_tokens", "must be less than max_tokens");
        }
    }

    private static void require(boolean present, String field) {
        if (!present) {
            throw ApiException.invalid(field, "Field required");
        }
    }

    private void model() throws IOException {
        if (model != null) {
            throw json.problem("is given twice");
        }
        model = json.string();
        if (model.isBlank()) {
            throw json.problem("must not be empty");
        }
        if (model.length() > MAX_MODEL) {
            throw json.problem("is longer than " + MAX_MODEL + " characters");
        }
        RawJson raw = json.raw();
        modelOffset = raw.offset();
        modelLength = raw.length();
    }

    private void messages() throws IOException {
        json.beginArray();
        messages = new ArrayList<>();
        while (json.nextElement()) {
            if (messages.size() == MAX_MESSAGES) {
                throw ApiException.invalid("messages", "there are more than " + MAX_MESSAGES + " messages");
            }
            messages.add(message());
        }
    }

    private InputMessage message() throws IOException {
        json.beginObject();
        InputMessage.Role role = null;
        List<ContentBlock> blocks = null;
        for (String field = json.nextField(); field != null; field = json.nextField()) {
            boolean present = json.value();
            switch (field) {
                case "role" -> role = present ? role() : null;
                case "content" -> blocks = present ? content.message() : null;
                default -> json.skip();
            }
        }
        if (role == null) {
            throw json.missing("role");
        }
        if (blocks == null) {
            throw json.missing("content");
        }
        content.checkRole(role, blocks);
        return new InputMessage(role, blocks);
    }

    private InputMessage.Role role() throws IOException {
        String role = json.string();
        return switch (role) {
            case "user" -> USER;
            case "assistant" -> ASSISTANT;
            case "system" -> SYSTEM;
            default -> throw json.problem(
                    "expected \"user\", \"assistant\" or \"system\", got \"" + Text.excerpt(role) + "\"");
        };
    }

    /** The sampling parameters went with version 2026-10-21: sending one, even at its default, is an error there. */
    private void checkSampling() {
        if (version == ApiVersion.V2026_10_21) {
            throw json.problem("is not supported by anthropic-version 2026-10-21");
        }
    }

    private void thinking() throws IOException {
        json.beginObject();
        String type = null;
        Integer budget = null;
        for (String field = json.nextField(); field != null; field = json.nextField()) {
            boolean present = json.value();
            switch (field) {
                case "type" -> type = present ? json.string() : null;
                case "budget_tokens" -> budget = present ? (Integer) json.integer(0) : null;
                default -> json.skip();
            }
        }
        switch (type) {
            case null -> throw json.missing("type");
            case "enabled" -> {
                if (budget == null) {
                    throw json.missing("budget_tokens");
                }
                if (budget < MIN_THINKING_BUDGET) {
                    throw json.problem("budget_tokens", "must be greater than or equal to " + MIN_THINKING_BUDGET);
                }
            }
            // A budget that clients leave in place when they turn thinking off means nothing there.
            case "disabled", "adaptive", "between_tools" -> budget = 0;
            default -> throw json.problem("type", "expected \"enabled\", \"disabled\", \"adaptive\" or "
                    + "\"between_tools\", got \"" + Text.excerpt(type) + "\"");
        }
        thinking = new Thinking(type, budget);
    }

    private void outputConfig() throws IOException {
        json.beginObject();
        for (String field = json.nextField(); field != null; field = json.nextField()) {
            boolean present = json.value();
            switch (field) {
                case "effort" -> effort = present ? json.string() : null;
                case "format" -> outputSchema = present ? outputFormat() : null;
                default -> json.skip();
            }
        }
    }

    private RawJson outputFormat() throws IOException {
        json.beginObject();
        RawJson schema = null;
        for (String field = json.nextField(); field != null; field = json.nextField()) {
            boolean present = json.value();
            if (field.equals("schema") && present) {
                schema = json.rawObject();
            } else {
                json.skip();
            }
        }
        if (schema == null) {
            throw json.missing("schema");
        }
        return schema;
    }

    private void metadata() throws IOException {
        json.beginObject();
        for (String field = json.nextField(); field != null; field = json.nextField()) {
            boolean present = json.value();
            if (field.equals("user_id") && present) {
                userId = json.string();
                if (userId.length() > MAX_USER_ID) {
                    throw json.problem("is longer than " + MAX_USER_ID + " characters");
                }
            } else {
                json.skip();
            }
        }
    }
}
