package dev.caravan.config;

import java.util.List;
import java.util.Optional;

/**
 * In what a provider differs from others of the OpenAI dialect. {@code presets.yaml} holds those of known servers.
 *
 * @param prematureEnd what a stream means that ends without {@code finish_reason} and without {@code [DONE]}
 * @param access       how it is called
 * @param parameters   what it takes of the parameters of a request
 * @param tools        what it takes of tools
 * @param reasoning    how it is told to think, and what it wants back of what it thought
 * @param content      what it takes of the conversation
 */
public record OpenAiOptions(PrematureEnd prematureEnd, Access access, Parameters parameters, Tools tools,
        Reasoning reasoning, Content content) {
    /** What suits a server that is only known to speak the dialect. */
    public static final OpenAiOptions DEFAULT = new OpenAiOptions(PrematureEnd.ERROR,
            new Access("authorization", Optional.empty()),
            new Parameters(MaxTokensField.MAX_TOKENS, 4, false, true, UserField.NONE, StructuredOutput.JSON_SCHEMA,
                    ServiceTier.NONE),
            new Tools(ToolChoiceForm.ANY, true, true, ToolIds.AS_GIVEN),
            new Reasoning(ReasoningRequest.EFFORT, List.of(Effort.LOW, Effort.MEDIUM, Effort.HIGH), 4_096, 16_384,
                    ReasoningReplay.NONE),
            new Content(Images.ALL, Files.NONE, ToolResults.TEXT, false));

    /**
     * How a provider is called.
     *
     * @param keyHeader  the header that carries the key: {@code authorization} for a bearer, else the key alone
     * @param apiVersion the value of {@code api-version} in the query, for Azure
     */
    public record Access(String keyHeader, Optional<String> apiVersion) {}

    /**
     * What a provider takes of the parameters of a request.
     *
     * @param maxTokensField   the field that bounds the answer
     * @param maxStop          the most stop sequences
     * @param topK             whether it knows {@code top_k}
     * @param streamUsage      whether it is asked for the usage of a stream, by {@code stream_options}
     * @param userField        the field for who the user is
     * @param structuredOutput whether an answer can be bound to a schema
     * @param serviceTier      what it calls its standard capacity, where it can be asked for
     */
    public record Parameters(MaxTokensField maxTokensField, int maxStop, boolean topK, boolean streamUsage,
            UserField userField, StructuredOutput structuredOutput, ServiceTier serviceTier) {}

    /**
     * What a provider takes of tools.
     *
     * @param choice   how a choice among them can be put
     * @param parallel whether it knows {@code parallel_tool_calls}
     * @param strict   whether it knows {@code strict}
     * @param ids      which ids of calls it takes
     */
    public record Tools(ToolChoiceForm choice, boolean parallel, boolean strict, ToolIds ids) {}

    /**
     * How a provider is told to think.
     *
     * @param request    by which field
     * @param efforts    the levels of effort that it knows; an effort between them becomes the nearest, the higher of two
     * @param mediumFrom the budget in tokens from which on it becomes medium effort, below it low
     * @param highFrom   the budget in tokens from which on it becomes high effort
     * @param replay     what it gets back of what it thought in earlier turns
     */
    public record Reasoning(ReasoningRequest request, List<Effort> efforts, int mediumFrom, int highFrom,
            ReasoningReplay replay) {
        public Reasoning {
            efforts = List.copyOf(efforts);
        }
    }

    /**
     * What a provider takes of the conversation.
     *
     * @param toolResults what the message with a tool's result can hold
     * @param strictTurns whether its templates want the system's turn first only, those of user and assistant in turns, no turn
     *                    of the user directly behind results of tools, and a text for each
     */
    public record Content(Images images, Files files, ToolResults toolResults, boolean strictTurns) {}

    /**
     * The field of a chat completions request that bounds the answer. OpenAI replaced the first by the second, which its
     * reasoning models need (API reference, "Create chat completion"); most compatible servers know the first only.
     */
    public enum MaxTokensField implements Named {
        /** The older field. */
        MAX_TOKENS("max_tokens"),
        /** The newer field. */
        MAX_COMPLETION_TOKENS("max_completion_tokens");

        private final String id;

        MaxTokensField(String id) {
            this.id = id;
        }

        /** The name in {@code caravan.yaml}. */
        @Override
        public String id() {
            return id;
        }
    }

    /** What a stream means that ends cleanly before it said that it is complete. */
    public enum PrematureEnd implements Named {
        /** The answer is cut off: the client gets an error. */
        ERROR("error"),
        /** The server never says that an answer is complete: the end is the end. */
        ACCEPT("accept");

        private final String id;

        PrematureEnd(String id) {
            this.id = id;
        }

        /** The name in {@code caravan.yaml}. */
        @Override
        public String id() {
            return id;
        }
    }

    /** The field for who the user is, which gets a hash of what the client says. */
    public enum UserField implements Named {
        /** There is none, or it is nobody's business. */
        NONE("none"),
        /** The older field. */
        USER("user"),
        /** OpenAI's newer field, 64 characters at most. */
        SAFETY_IDENTIFIER("safety_identifier");

        private final String id;

        UserField(String id) {
            this.id = id;
        }

        /** The name in {@code caravan.yaml}. */
        @Override
        public String id() {
            return id;
        }
    }

    /** Whether an answer can be bound to a schema. */
    public enum StructuredOutput implements Named {
        /** By {@code response_format} of this type. */
        JSON_SCHEMA("json_schema"),
        /** It cannot. */
        NONE("none");

        private final String id;

        StructuredOutput(String id) {
            this.id = id;
        }

        /** The name in {@code caravan.yaml}. */
        @Override
        public String id() {
            return id;
        }
    }

    /** What a provider calls its standard capacity in {@code service_tier}, where {@code auto} is what it chooses itself. */
    public enum ServiceTier implements Named {
        /** It has no such field. */
        NONE("none"),
        /** OpenAI's name. */
        DEFAULT("default"),
        /** Groq's name. */
        ON_DEMAND("on_demand");

        private final String id;

        ServiceTier(String id) {
            this.id = id;
        }

        /** The name in {@code caravan.yaml}. */
        @Override
        public String id() {
            return id;
        }
    }

    /** What the message with a tool's result can hold. */
    public enum ToolResults implements Named {
        /** Text; images and files follow in a message of the user. */
        TEXT("text"),
        /** Parts: text, images and files. */
        PARTS("parts");

        private final String id;

        ToolResults(String id) {
            this.id = id;
        }

        /** The name in {@code caravan.yaml}. */
        @Override
        public String id() {
            return id;
        }
    }

    /** How a choice among tools can be put. */
    public enum ToolChoiceForm implements Named {
        /** As OpenAI has it, a certain tool included. */
        ANY("any"),
        /** In words only: a certain tool is demanded by offering no other. */
        WORDS("words"),
        /** Not at all: the model decides. */
        AUTO("auto");

        private final String id;

        ToolChoiceForm(String id) {
            this.id = id;
        }

        /** The name in {@code caravan.yaml}. */
        @Override
        public String id() {
            return id;
        }
    }

    /** Which ids of tool calls a provider takes. Those that it does not take are replaced by a hash. */
    public enum ToolIds implements Named {
        /** Any. */
        AS_GIVEN("as-given"),
        /** Up to 40 characters. */
        UP_TO_40("up-to-40"),
        /** Nine letters and digits. */
        NINE("nine-characters");

        private final String id;

        ToolIds(String id) {
            this.id = id;
        }

        /** The name in {@code caravan.yaml}. */
        @Override
        public String id() {
            return id;
        }
    }

    /** By which field a provider is told to think. */
    public enum ReasoningRequest implements Named {
        /** {@code reasoning_effort}, a level. */
        EFFORT("reasoning_effort"),
        /** {@code thinking}, an object with a type, and {@code reasoning_effort}. */
        THINKING("thinking"),
        /** {@code enable_thinking} and {@code thinking_budget}. */
        ENABLE_THINKING("enable_thinking"),
        /** {@code chat_template_kwargs} with {@code enable_thinking}, and {@code reasoning_effort}. */
        CHAT_TEMPLATE("chat_template_kwargs"),
        /** {@code reasoning}, an object with an effort or a budget. */
        REASONING("reasoning"),
        /** By none. */
        NONE("none");

        private final String id;

        ReasoningRequest(String id) {
            this.id = id;
        }

        /** The name in {@code caravan.yaml}. */
        @Override
        public String id() {
            return id;
        }
    }

    /** Levels of effort, in their order. */
    public enum Effort implements Named {
        /** No reasoning. */
        NONE("none"),
        /** As little as possible. */
        MINIMAL("minimal"),
        /** Little. */
        LOW("low"),
        /** Some. */
        MEDIUM("medium"),
        /** Much. */
        HIGH("high"),
        /** Very much. */
        XHIGH("xhigh"),
        /** As much as possible. */
        MAX("max");

        private final String id;

        Effort(String id) {
            this.id = id;
        }

        /** The name in {@code caravan.yaml}. */
        @Override
        public String id() {
            return id;
        }
    }

    /** What a provider gets back of what was thought in earlier turns. */
    public enum ReasoningReplay implements Named {
        /** Nothing. */
        NONE("none"),
        /** The text as {@code reasoning_content}, empty where a turn with calls has none. */
        REASONING_CONTENT("reasoning_content"),
        /** The text as {@code reasoning}. */
        REASONING("reasoning"),
        /** {@code reasoning_details} as they came, other reasoning as {@code reasoning}. */
        REASONING_DETAILS("reasoning_details");

        private final String id;

        ReasoningReplay(String id) {
            this.id = id;
        }

        /** The name in {@code caravan.yaml}. */
        @Override
        public String id() {
            return id;
        }
    }

    /** Which images a provider takes. */
    public enum Images implements Named {
        /** Bytes and addresses. */
        ALL("all"),
        /** Bytes. */
        DATA("data"),
        /** None. */
        NONE("none");

        private final String id;

        Images(String id) {
            this.id = id;
        }

        /** The name in {@code caravan.yaml}. */
        @Override
        public String id() {
            return id;
        }
    }

    /** As what a provider takes documents that are no text. */
    public enum Files implements Named {
        /** Not at all. */
        NONE("none"),
        /** As a part of type {@code file} with their bytes. */
        FILE("file"),
        /** As a part of type {@code document_url}, bytes or an address. */
        DOCUMENT_URL("document_url");

        private final String id;

        Files(String id) {
            this.id = id;
        }

        /** The name in {@code caravan.yaml}. */
        @Override
        public String id() {
            return id;
        }
    }
}
