package dev.caravan.cli;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ModelRule;
import dev.caravan.config.Provider;
import dev.caravan.config.UnavailableProvider;
import java.util.Optional;
import java.util.stream.Stream;

/** Which model is asked when nobody says. */
final class ModelChoice {
    /** A name that clients of the Messages API commonly ask for, and rules therefore catch. */
    static final String USUAL = "claude-sonnet-4-5";

    private ModelChoice() {}

    /**
     * The first of these that there is: the first rule for a single model; {@value #USUAL} when a rule catches it; the first
     * model that a provider lists. Empty when the configuration has none of them.
     */
    static Optional<String> of(CaravanConfig config) {
        return config.models().stream().filter(ModelRule::isExact).map(ModelRule::match).findFirst()
                .or(() -> Optional.of(USUAL)
                        .filter(model -> config.models().stream().anyMatch(rule -> rule.matches(model))))
                .or(() -> config.providers().values().stream()
                        .filter(provider -> !(provider instanceof UnavailableProvider)).flatMap(ModelChoice::listed)
                        .findFirst());
    }

    private static Stream<String> listed(Provider provider) {
        return provider.models().stream().map(model -> provider.name() + "/" + model.id());
    }
}
