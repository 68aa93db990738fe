package dev.caravan.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What Ollama is told beside the request.
 *
 * @param keepAlive    how long the model stays in memory behind the request, as JSON: a duration such as {@code "30m"}, or
 *                     seconds; empty to leave it to Ollama
 * @param passThink    whether Ollama is told whether and how much to think; a model that cannot think refuses to
 * @param modelOptions options of the model such as {@code num_ctx}, name to JSON; what the request says itself wins
 * @see <a href="https://docs.ollama.com/api/chat">Ollama: Generate a chat message, keep_alive, think, options</a>
 */
public record OllamaOptions(Optional<String> keepAlive, boolean passThink, Map<String, String> modelOptions) {
    /** What suits any model. */
    public static final OllamaOptions DEFAULT = new OllamaOptions(Optional.empty(), true, Map.of());

    public OllamaOptions {
        modelOptions = Collections.unmodifiableMap(new LinkedHashMap<>(modelOptions));
    }
}
