package dev.caravan.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the {@code models} that a provider offers. */
final class ProviderModelsReader {

    private static final List<String> KEYS = List.of("id", "display-name", "max-input-tokens", "max-output-tokens");
    private static final int MOST_TOKENS = 1_000_000_000;
    private static final Pattern ID = Pattern.compile("[^\\s\\p{Cc}]([^\\p{Cc}]*[^\\s\\p{Cc}])?");

    private final Map<String, String> places = new HashMap<>();

    List<ProviderModel> read(ConfigNode node) {
        List<ProviderModel> models = new ArrayList<>();
        for (ConfigNode item : node.list("a list of models")) {
            model(item).ifPresent(models::add);
        }
        return models;
    }

    private Optional<ProviderModel> model(ConfigNode item) {
        if (!item.isMapping()) {
            return id(item, "a model's id as text, or { id: …, display-name: … }").map(ProviderModel::of);
        }
        return item.mapping("a model", KEYS).flatMap(map -> {
            Optional<String> displayName = map.get("display-name").flatMap(node -> node.text("a name for people"));
            Optional<Integer> maxInput = map.get("max-input-tokens").flatMap(node -> node.integer(1, MOST_TOKENS));
            Optional<Integer> maxOutput = map.get("max-output-tokens").flatMap(node -> node.integer(1, MOST_TOKENS));
            return map.required("id", "expected the provider's name for the model")
                    .flatMap(node -> id(node, "a model's id"))
                    .map(id -> new ProviderModel(id, displayName, maxInput, maxOutput));
        });
    }

    private Optional<String> id(ConfigNode node, String expectation) {
        return node.text(expectation).flatMap(id -> {
            if (!ID.matcher(id).matches()) {
                node.problem("expected a model's id without control characters and without spaces at its ends");
                return Optional.empty();
            }
            String other = places.putIfAbsent(id, node.path());
            if (other != null) {
                node.problem("the same model as " + other);
            }
            return Optional.of(id);
        });
    }
}
