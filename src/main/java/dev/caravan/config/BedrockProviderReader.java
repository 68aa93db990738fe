package dev.caravan.config;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the providers of the dialect {@code bedrock}. */
final class BedrockProviderReader {

    static final List<String> KEYS = List.of("dialect", "region", "profile", "api-key", "api", "betas", "base-url",
            "headers", "timeouts", "models");

    private static final Pattern REGION = Pattern.compile("[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}");
    private static final Pattern BETA = Pattern.compile("[A-Za-z0-9._-]{1,100}");

    private final HttpProviderReader http;

    BedrockProviderReader(Timeouts defaults) {
        this.http = new HttpProviderReader(defaults);
    }

    Optional<BedrockProvider> read(String name, ConfigMap map, List<ProviderModel> models) {
        map.allowOnly(KEYS);
        Optional<String> region = map.required("region", "expected the AWS region, such as us-east-1")
                .flatMap(BedrockProviderReader::region);
        Optional<String> profile = map.get("profile")
                .flatMap(node -> node.optionalText("the name of a profile").filter(text -> !text.isEmpty()));
        Optional<BedrockOptions.Api> api = map.get("api")
                .flatMap(node -> node.choice("api", BedrockOptions.Api.byId()));
        List<String> betas = map.get("betas").map(BedrockProviderReader::betas)
                .orElse(BedrockOptions.DOCUMENTED_BETAS);
        Optional<URI> baseUrl = map.get("base-url").isPresent()
                ? map.get("base-url").flatMap(node -> BaseUrl.read(node, Dialect.BEDROCK))
                : region.map(BedrockProviderReader::endpoint);
        Optional<HttpEndpoint> endpoint = http.endpoint(map, baseUrl, "authorization");
        return region.flatMap(at -> endpoint
                .map(to -> new BedrockProvider(name, to, models, new BedrockOptions(at, profile, api, betas))));
    }

    private static Optional<String> region(ConfigNode node) {
        return node.text("an AWS region, such as us-east-1").filter(text -> {
            boolean valid = REGION.matcher(text).matches();
            if (!valid) {
                node.expected("an AWS region, such as us-east-1");
            }
            return valid;
        });
    }

    private static List<String> betas(ConfigNode list) {
        List<String> betas = new ArrayList<>();
        for (ConfigNode item : list.list("a list of the names of beta features")) {
            item.text("the name of a beta feature").ifPresent(beta -> {
                if (BETA.matcher(beta).matches()) {
                    betas.add(beta);
                } else {
                    item.expected("the name of a beta feature: letters, digits, `.`, `_` and `-`");
                }
            });
        }
        return betas;
    }

    /** The public endpoint of a region; China's regions have a domain of their own. */
    private static URI endpoint(String region) {
        String domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
        return URI.create("https://bedrock-runtime." + region + "." + domain);
    }
}
