package dev.caravan.routing;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ModelRule;
import dev.caravan.config.Provider;
import dev.caravan.config.ProviderModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The models that the configuration names, each under the name that a request would use: the rules without a wildcard, and what
 * providers list as {@code provider/model}. A pattern is no model. Immutable.
 */
public final class ModelCatalog {
    private final Map<String, Entry> models = new LinkedHashMap<>();

    public ModelCatalog(CaravanConfig config) {
        for (ModelRule rule : config.models()) {
            if (rule.isExact()) {
                models.putIfAbsent(rule.match(), new Entry(rule.match(), rule.provider(), describe(config, rule)));
            }
        }
        for (Provider provider : config.providers().values()) {
            for (ProviderModel model : provider.models()) {
                String id = provider.name() + "/" + model.id();
                models.putIfAbsent(id, new Entry(id, provider.name(), model));
            }
        }
    }

    /** What the provider says of the model that an alias stands for. */
    private static ProviderModel describe(CaravanConfig config, ModelRule rule) {
        String target = rule.modelFor(rule.match());
        return config.providers().get(rule.provider()).models().stream().filter(model -> model.id().equals(target))
                .findFirst().orElse(ProviderModel.of(rule.match()));
    }

    /** The models in the order of the configuration. */
    public List<Entry> all() {
        return List.copyOf(models.values());
    }

    /** The model under this name. */
    public Optional<Entry> find(String id) {
        return Optional.ofNullable(models.get(id));
    }

    /**
     * A model.
     *
     * @param id the name that requests use for it
     * @param provider the name of the provider that serves it
     */
    public record Entry(String id, String provider, ProviderModel model) {}
}
