package dev.caravan.config;

import java.util.List;

/**
 * A provider that cannot be called, because environment variables that it needs are not set. No rule names it, or the
 * start would have been refused; a client that asks for it by name is to be refused with {@link #reason()}.
 *
 * @param name             its name
 * @param dialect          the wire format it would speak
 * @param models           the models it would offer
 * @param missingVariables the names of the variables, at least one, each once, in the order of the file
 */
public record UnavailableProvider(String name, Dialect dialect, List<ProviderModel> models,
        List<String> missingVariables) implements Provider {

    public UnavailableProvider {
        models = List.copyOf(models);
        missingVariables = List.copyOf(missingVariables);
    }

    /** Why it cannot be called: {@code environment variable OPENAI_API_KEY is not set}. */
    public String reason() {
        return missingVariables.size() == 1
                ? "environment variable " + missingVariables.getFirst() + " is not set"
                : "environment variables " + String.join(", ", missingVariables) + " are not set";
    }
}
