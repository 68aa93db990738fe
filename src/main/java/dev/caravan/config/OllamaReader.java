package dev.caravan.config;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads what is special of providers of the Ollama dialect. */
final class OllamaReader {

    static final URI BASE_URL = URI.create("http://127.0.0.1:11434");
    static final List<String> KEYS = List.of("dialect", "base-url", "api-key", "headers", "timeouts", "models",
            "keep-alive", "think", "options", MediaFetchReader.KEY);
    /** A duration as Go writes it, and a number of seconds; below 0 is for ever. */
    private static final Pattern KEEP_ALIVE = Pattern.compile("-?[0-9]+|-?([0-9]+(\\.[0-9]+)?(ms|s|m|h))+");
    private static final Map<String, Boolean> THINK = new TreeMap<>(Map.of("request", true, "never", false));

    private OllamaReader() {}

    static OllamaOptions read(ConfigMap map) {
        Map<String, String> options = map.get("options")
                .flatMap(node -> node.mapping("a mapping of Ollama's options, such as num_ctx, to values"))
                .map(OllamaReader::options).orElse(Map.of());
        return new OllamaOptions(map.get("keep-alive").flatMap(OllamaReader::keepAlive),
                map.get("think").flatMap(node -> node.choice("value", THINK)).orElse(true), options);
    }

    private static Optional<String> keepAlive(ConfigNode node) {
        String expectation = "a duration such as 30m, or -1 for ever";
        return node.scalar(expectation, text -> text).flatMap(text -> {
            if (!KEEP_ALIVE.matcher(text).matches()) {
                node.expected(expectation);
                return Optional.empty();
            }
            boolean isNumber = Character.isDigit(text.charAt(text.length() - 1));
            return Optional.of(isNumber ? text : '"' + text + '"');
        });
    }

    private static Map<String, String> options(ConfigMap entries) {
        Map<String, String> options = new LinkedHashMap<>();
        entries.entries().forEach((name, node) -> node.json("a text, a number or a boolean")
                .ifPresent(value -> options.put(name, value)));
        return options;
    }
}
