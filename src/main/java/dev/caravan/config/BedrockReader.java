package dev.caravan.config;

import dev.caravan.config.BedrockOptions.Api;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads what is special of providers of the dialect {@code bedrock}. */
final class BedrockReader {

    static final List<String> KEYS = List.of("dialect", "region", "profile", "api-key", "api", "betas", "base-url",
            "headers", "timeouts", "models", MediaFetchReader.KEY);

    private static final Pattern REGION = Pattern.compile("[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}");
    private static final Pattern BETA = Pattern.compile("[A-Za-z0-9._-]{1,100}");

    private BedrockReader() {}

    /** Empty when the region is not there or is none. */
    static Optional<BedrockOptions> read(ConfigMap map) {
        Optional<String> region = map.required("region", "expected the AWS region, such as us-east-1")
                .flatMap(BedrockReader::region);
        Optional<String> profile = map.get("profile")
                .flatMap(node -> node.optionalText("the name of a profile").filter(text -> !text.isEmpty()));
        Optional<Api> api = map.get("api").flatMap(node -> node.choice("api", Named.byId(Api.values())));
        List<String> betas = map.get("betas").map(BedrockReader::betas).orElse(BedrockOptions.DOCUMENTED_BETAS);
        return region.map(at -> new BedrockOptions(at, profile, api, betas));
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
    static URI publicEndpoint(String region) {
        String domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
        return URI.create("https://bedrock-runtime." + region + "." + domain);
    }
}
