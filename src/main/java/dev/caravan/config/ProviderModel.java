package dev.caravan.config;

import java.util.Optional;

/**
 * A model that a provider offers, as {@code GET /v1/models} tells it.
 *
 * @param id              the provider's own name for the model
 * @param displayName     a name for people
 * @param maxInputTokens  the length of its context, in tokens
 * @param maxOutputTokens the most tokens of one answer
 */
public record ProviderModel(String id, Optional<String> displayName, Optional<Integer> maxInputTokens,
        Optional<Integer> maxOutputTokens) {

    /** A model of which only the name is known. */
    public static ProviderModel of(String id) {
        return new ProviderModel(id, Optional.empty(), Optional.empty(), Optional.empty());
    }
}
