package dev.caravan.routing;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ModelRule;
import dev.caravan.config.Provider;
import dev.caravan.config.ProviderModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The models that the configuration names, each under the name that a request would use: the rules without a wildcard, and what
 * providers list as {@code provider/model}. A pattern is no model. Immutable.
 */
public final class ModelCatalog {
    private final Map<String, ProviderModel> models = new LinkedHashMap<>();

    public ModelCatalog(CaravanConfig config) {
        for (ModelRule rule : config.models()) {
            if (rule.isExact()) {
                models.putIfAbsent(rule.match(), describe(config, rule));
            }
        }
        for (Provider provider : config.providers().values()) {
            for (ProviderModel model : provider.models()) {
                models.putIfAbsent(provider.name() + "/" + model.id(), model);
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
        List<Entry> entries = new ArrayList<>();
        models.forEach((id, model) -> entries.add(new Entry(id, model)));
        return entries;
    }

    /** The model under this name. */
    public Optional<Entry> find(String id) {
        return Optional.ofNullable(models.get(id)).map(model -> new Entry(id, model));
    }

    /** A model and the name that requests use for it. */
    public record Entry(String id, ProviderModel model) {}
}
