package dev.caravan.config;

import dev.caravan.config.OpenAiOptions.MaxTokensField;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads the providers that are reached over HTTP. */
final class HttpProviderReader {

    /** What all have. */
    static final List<String> KEYS = List.of("dialect", "base-url", "api-key", "headers", "timeouts",
            "models");
    static final List<String> ANTHROPIC_KEYS = List.of("dialect", "base-url", "api-key", "headers", "timeouts",
            "models", "version");

    static final List<String> GEMINI_KEYS = Stream.concat(KEYS.stream(), Stream.of(MediaFetchReader.KEY)).toList();
    private static final Map<String, String> VERSIONS = new TreeMap<>(
            Map.of("2023-06-01", "2023-06-01", "2026-10-21", "2026-10-21"));
    private static final URI GEMINI_URL = URI.create("https://generativelanguage.googleapis.com");

    /** A token of RFC 9110, section 5.6.2. */
    private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
    /** RFC 9110, section 5.5, without the obsolete bytes beyond ASCII, and without spaces at the ends. */
    private static final Pattern HEADER_VALUE = Pattern.compile("[!-~]([ -~]*[!-~])?");
    private static final Set<String> NOT_TO_SET = Set.of("host", "content-length", "content-type", "transfer-encoding",
            "connection", "keep-alive", "upgrade", "te", "trailer", "expect", "accept-encoding");

    private final Timeouts defaults;

    HttpProviderReader(Timeouts defaults) {
        this.defaults = defaults;
    }

    Optional<OpenAiProvider> openai(String name, ConfigMap map, List<ProviderModel> models) {
        map.allowOnly(OpenAiReader.KEYS);
        Optional<URI> baseUrl = baseUrl(map, Dialect.OPENAI);
        OpenAiOptions options = OpenAiReader.read(map,
                baseUrl.map(HttpProviderReader::usualField).orElse(MaxTokensField.MAX_TOKENS));
        return endpoint(map, baseUrl, options.access().keyHeader())
                .map(at -> new OpenAiProvider(name, at, models, options));
    }

    private static MaxTokensField usualField(URI baseUrl) {
        return baseUrl.getHost().equalsIgnoreCase("api.openai.com")
                ? MaxTokensField.MAX_COMPLETION_TOKENS
                : MaxTokensField.MAX_TOKENS;
    }

    Optional<AnthropicProvider> anthropic(String name, ConfigMap map, List<ProviderModel> models) {
        map.allowOnly(ANTHROPIC_KEYS);
        Optional<String> version = map.get("version").flatMap(node -> node.choice("version of the API", VERSIONS));
        return endpoint(map, baseUrl(map, Dialect.ANTHROPIC), "x-api-key")
                .map(at -> new AnthropicProvider(name, at, version, models));
    }

    Optional<OllamaProvider> ollama(String name, ConfigMap map, List<ProviderModel> models) {
        map.allowOnly(OllamaReader.KEYS);
        OllamaOptions options = OllamaReader.read(map);
        Optional<URI> baseUrl = baseUrl(map, Dialect.OLLAMA, Optional.of(OllamaReader.BASE_URL));
        return endpoint(map, baseUrl, "authorization").map(at -> new OllamaProvider(name, at, models, options));
    }

    Optional<BedrockProvider> bedrock(String name, ConfigMap map, List<ProviderModel> models) {
        map.allowOnly(BedrockReader.KEYS);
        Optional<BedrockOptions> options = BedrockReader.read(map);
        Optional<URI> baseUrl = baseUrl(map, Dialect.BEDROCK,
                options.map(read -> BedrockReader.publicEndpoint(read.region())));
        Optional<HttpEndpoint> endpoint = endpoint(map, baseUrl, "authorization");
        return options.flatMap(read -> endpoint.map(at -> new BedrockProvider(name, at, models, read)));
    }

    Optional<GeminiProvider> gemini(String name, ConfigMap map, List<ProviderModel> models) {
        map.allowOnly(GEMINI_KEYS);
        Optional<URI> baseUrl = baseUrl(map, Dialect.GEMINI, Optional.of(GEMINI_URL));
        return endpoint(map, baseUrl, "x-goog-api-key").map(at -> new GeminiProvider(name, at, models));
    }

    private static Optional<URI> baseUrl(ConfigMap map, Dialect dialect) {
        return map.required("base-url", "expected the URL of the API").flatMap(node -> BaseUrl.read(node, dialect));
    }

    /** @param usual the one of those who do not say */
    private static Optional<URI> baseUrl(ConfigMap map, Dialect dialect, Optional<URI> usual) {
        return map.get("base-url").map(node -> BaseUrl.read(node, dialect)).orElse(usual);
    }

    private Optional<HttpEndpoint> endpoint(ConfigMap map, Optional<URI> baseUrl, String keyHeader) {
        // A variable with an empty default, ${NAME:}, is how a file says that the key is optional.
        Optional<Secret> apiKey = map.get("api-key").map(ConfigNode::asSecret)
                .flatMap(node -> node.optionalText("an API key as text").filter(text -> !text.isEmpty())
                        .flatMap(text -> headerValue(node, text)));
        Optional<ConfigMap> headers = map.get("headers").map(ConfigNode::asSecret)
                .flatMap(node -> node.mapping("a mapping of header names to values"));
        Map<String, Secret> values = headers
                .map(entries -> headers(entries, map.get("api-key").isPresent() ? keyHeader : "")).orElse(Map.of());
        Timeouts timeouts = TimeoutsReader.read(map.get("timeouts"), defaults);
        Optional<MediaFetch> mediaFetch = MediaFetchReader.read(map);
        return baseUrl.map(url -> new HttpEndpoint(url, apiKey, values, timeouts, mediaFetch));
    }

    private static Map<String, Secret> headers(ConfigMap entries, String keyHeader) {
        Map<String, Secret> headers = new LinkedHashMap<>();
        Map<String, String> spellings = new LinkedHashMap<>();
        entries.entries().forEach((name, node) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            String other = spellings.putIfAbsent(lower, name);
            if (!HEADER_NAME.matcher(name).matches()) {
                entries.keyProblem(name, "expected the name of a header");
            } else if (NOT_TO_SET.contains(lower)) {
                entries.keyProblem(name, "this header belongs to the connection and cannot be configured");
            } else if (lower.startsWith("camel")) {
                entries.keyProblem(name, "headers that begin with Camel are Camel's own and never sent");
            } else if (lower.equals(keyHeader)) {
                entries.keyProblem(name, "`api-key` sets this header already; keep one of the two");
            } else if (other != null) {
                entries.keyProblem(name, "the same header as `" + Found.printable(other) + "`");
            }
            node.scalar("a header's value as text", text -> text).flatMap(text -> headerValue(node, text))
                    .ifPresent(value -> headers.put(name, value));
        });
        return headers;
    }

    private static Optional<Secret> headerValue(ConfigNode node, String text) {
        if (HEADER_VALUE.matcher(text).matches()) {
            return Optional.of(Secret.of(text));
        }
        node.problem("expected printable ASCII characters, which a header can carry, and no space or line break at the "
                + "ends");
        return Optional.empty();
    }
}
