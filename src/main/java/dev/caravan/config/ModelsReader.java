package dev.caravan.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads {@code models}, the rules for requested models. */
final class ModelsReader {

    private static final List<String> KEYS = List.of("match", "to");
    private static final String A_TARGET = "provider/model, such as openai/gpt-5 or openai/{model}";
    // Bounds the steps that matching a requested name takes.
    private static final Pattern MATCH = Pattern.compile("[^\\p{Cc}]{1,200}");
    private static final Pattern BESIDE_REQUESTED = Pattern.compile("[^{}\\p{Cc}]*");

    private final Optional<Set<String>> providers;
    private final Map<String, String> firstRules = new LinkedHashMap<>();

    /**
     * @param providers the names under {@code providers}; empty when that is no mapping
     */
    ModelsReader(Optional<Set<String>> providers) {
        this.providers = providers;
    }

    List<ModelRule> read(ConfigNode node) {
        List<ModelRule> rules = new ArrayList<>();
        for (ConfigNode item : node.list("a list of rules { match: …, to: … }")) {
            item.mapping("a rule { match: …, to: … }", KEYS).flatMap(this::rule).ifPresent(rules::add);
        }
        return rules;
    }

    /** The providers that rules name, each with the place of the first that does. */
    Map<String, String> firstRules() {
        return firstRules;
    }

    private Optional<ModelRule> rule(ConfigMap rule) {
        Optional<String> match = rule.required("match", "expected the requested model, with * for any characters")
                .flatMap(ModelsReader::match);
        Optional<ModelRule> to = rule.required("to", "expected " + A_TARGET).flatMap(this::target);
        return match.flatMap(pattern -> to.map(target -> new ModelRule(pattern, target.provider(), target.model())));
    }

    private static Optional<String> match(ConfigNode node) {
        return node.text("a model name, with * for any characters and ? for one").flatMap(pattern -> {
            if (MATCH.matcher(pattern).matches()) {
                return Optional.of(pattern);
            }
            node.problem("expected a pattern of at most 200 characters without control characters");
            return Optional.empty();
        });
    }

    private Optional<ModelRule> target(ConfigNode node) {
        return node.text(A_TARGET).flatMap(target -> {
            int slash = target.indexOf('/');
            if (slash <= 0 || slash == target.length() - 1) {
                String hint = providers.filter(names -> names.contains(target)).isPresent()
                        ? "; `" + target + "/{model}` passes the requested name on"
                        : target.contains(",") ? "; the provider ends with `/`" : "";
                node.problem("expected " + A_TARGET + ", found " + node.shown(target) + hint);
                return Optional.empty();
            }
            return target(node, target.substring(0, slash), target.substring(slash + 1));
        });
    }

    private Optional<ModelRule> target(ConfigNode node, String provider, String model) {
        boolean known = providers.map(names -> names.contains(provider)).orElse(true);
        if (!known) {
            node.unknown("provider", provider, providers.orElseThrow());
        }
        boolean sound = BESIDE_REQUESTED.matcher(model.replace(ModelRule.REQUESTED, "")).matches();
        if (!sound) {
            node.problem("in braces a model can only hold {model}, which stands for the requested name; found "
                    + node.shown(model));
        }
        firstRules.putIfAbsent(provider, node.path() + " (line " + node.line() + ")");
        return known && sound ? Optional.of(new ModelRule("", provider, model)) : Optional.empty();
    }
}
