package dev.caravan.config;

import java.util.LinkedHashMap;
import java.util.Map;

/** The wire format that a provider speaks. */
public enum Dialect {

    /** A process a request: the request on stdin, its answer as lines of JSON on stdout. */
    EXEC("exec"),
    /** OpenAI's chat completions and whatever is compatible with them. */
    OPENAI("openai"),
    /** Anthropic's Messages API. */
    ANTHROPIC("anthropic"),
    /** Ollama's own chat API. */
    OLLAMA("ollama"),
    /** Amazon Bedrock's Converse, and its InvokeModel for Anthropic's models. */
    BEDROCK("bedrock"),
    /** Google's Gemini API. */
    GEMINI("gemini");

    private final String id;

    Dialect(String id) {
        this.id = id;
    }

    /** The name in {@code caravan.yaml}. */
    public String id() {
        return id;
    }

    static Map<String, Dialect> byId() {
        Map<String, Dialect> dialects = new LinkedHashMap<>();
        for (Dialect dialect : values()) {
            dialects.put(dialect.id, dialect);
        }
        return dialects;
    }
}
