package dev.caravan.config;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads {@code providers}. */
final class ProvidersReader {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]*");
    private static final Map<String, Dialect> DIALECTS = Dialect.byId();
    private static final List<String> KEYS_OF_ANY = Stream
            .of(OpenAiReader.KEYS, HttpProviderReader.ANTHROPIC_KEYS, OllamaReader.KEYS, BedrockReader.KEYS,
                    ExecProviderReader.KEYS)
            .flatMap(List::stream).distinct().toList();

    private final Map<String, String> firstRules;
    private final HttpProviderReader http;
    private final ExecProviderReader exec;

    /**
     * @param timeouts     what a provider that does not say otherwise gets
     * @param firstRules   the providers that rules name, each with the place of the first rule
     * @param exec         reads those that are processes
     */
    ProvidersReader(Timeouts timeouts, Map<String, String> firstRules, ExecProviderReader exec) {
        this.firstRules = firstRules;
        this.http = new HttpProviderReader(timeouts);
        this.exec = exec;
    }

    Map<String, Provider> read(ConfigMap entries) {
        if (entries.keys().isEmpty()) {
            entries.problem("expected at least one provider of models, found none");
        }
        Map<String, Provider> providers = new LinkedHashMap<>();
        entries.entries().forEach((name, node) -> {
            if (!NAME.matcher(name).matches()) {
                entries.keyProblem(name, "expected a provider's name of lower-case letters, digits and `-`, which does "
                        + "not begin with `-`, found " + Found.quoted(name));
            }
            provider(name, node).ifPresent(provider -> providers.put(name, provider));
        });
        return providers;
    }

    private Optional<Provider> provider(String name, ConfigNode node) {
        return node.mapping("a provider such as { dialect: openai, base-url: … }").flatMap(map -> {
            Optional<ConfigNode> preset = map.get("preset");
            if (map.get("dialect").isEmpty() && preset.isPresent()) {
                return preset(name, preset.get(), node);
            }
            if (map.get("dialect").isEmpty()) {
                map.allowOnly(KEYS_OF_ANY);
            }
            return map.required("dialect", "expected one of " + String.join(", ", DIALECTS.keySet()))
                    .flatMap(value -> value.choice("dialect", DIALECTS))
                    .flatMap(dialect -> dialect == Dialect.OPENAI && preset.isPresent()
                            ? preset(name, preset.get(), node)
                            : provider(name, dialect, node));
        });
    }

    /** A preset speaks the OpenAI dialect, so that need not be said. */
    private Optional<Provider> preset(String name, ConfigNode preset, ConfigNode node) {
        return preset.choice("preset", Presets.byName())
                .flatMap(settings -> provider(name, Dialect.OPENAI, node.with(settings, preset)));
    }

    private Optional<Provider> provider(String name, Dialect dialect, ConfigNode node) {
        Set<String> missing = new LinkedHashSet<>();
        Optional<String> rule = Optional.ofNullable(firstRules.get(name));
        ConfigNode lenient = node.with((at, variable) -> {
            missing.add(variable);
            rule.ifPresent(place -> at.problem("environment variable " + variable + " is not set, and " + place
                    + " sends requests to this provider; set it, or give a default: ${" + variable + ":default}"));
        });
        ConfigMap map = lenient.mapping("a provider").orElseThrow();
        List<ProviderModel> models = map.get("models").map(value -> new ProviderModelsReader().read(value))
                .orElse(List.of());
        Optional<? extends Provider> provider = switch (dialect) {
            case OPENAI -> http.openai(name, map, models);
            case ANTHROPIC -> http.anthropic(name, map, models);
            case OLLAMA -> http.ollama(name, map, models);
            case BEDROCK -> http.bedrock(name, map, models);
            case GEMINI -> http.gemini(name, map, models);
            case EXEC -> exec.read(name, map, models);
        };
        return missing.isEmpty()
                ? provider.map(Provider.class::cast)
                : Optional.of(new UnavailableProvider(name, dialect, models, List.copyOf(missing)));
    }
}
