package dev.caravan.cli;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ModelRule;
import dev.caravan.config.Provider;
import dev.caravan.config.ProviderModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the rules whose target is not among the models of its provider. */
final class TargetsCheck {
    private static final int EXAMPLES = 3;

    private TargetsCheck() {}

    /**
     * @param offered the models that the provider told; empty when it did not, and those of the configuration have to do
     */
    static List<Finding> of(CaravanConfig config, Provider provider, Optional<List<String>> offered) {
        List<String> models = offered
                .orElseGet(() -> provider.models().stream().map(ProviderModel::id).toList());
        String list = offered.isPresent() ? "what " + provider.name() + " offers" : provider.name() + "'s models";
        List<Finding> findings = new ArrayList<>();
        for (int i = 0; i < config.models().size() && !models.isEmpty(); i++) {
            ModelRule rule = config.models().get(i);
            Optional<String> target = target(rule).filter(model -> !has(models, model));
            if (rule.provider().equals(provider.name()) && target.isPresent()) {
                findings.add(Finding.warning(
                        "models[" + i + "] goes to \"" + target.get() + "\", which is not among " + list,
                        "unless it is another name of one: there are " + examples(models)));
            }
        }
        return findings;
    }

    /** The model that a rule leads to, when that does not depend on the request. */
    private static Optional<String> target(ModelRule rule) {
        String model = rule.modelFor(rule.match());
        return rule.isExact() || model.equals(rule.model()) ? Optional.of(model) : Optional.empty();
    }

    /** Ollama leaves {@code :latest} out, Anthropic the date at the end. */
    private static boolean has(List<String> models, String model) {
        return models.stream().anyMatch(id -> id.equals(model) || id.equals(model + ":latest")
                || id.startsWith(model + "-") && id.substring(model.length() + 1).matches("[0-9]{8}"));
    }

    private static String examples(List<String> models) {
        String first = TerminalText.line(String.join(", ", models.subList(0, Math.min(EXAMPLES, models.size()))), 200);
        return models.size() > EXAMPLES ? models.size() + ", such as " + first : first;
    }
}
