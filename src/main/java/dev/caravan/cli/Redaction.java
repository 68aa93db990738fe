package dev.caravan.cli;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ExecProvider;
import dev.caravan.config.HttpProvider;
import dev.caravan.config.Provider;
import dev.caravan.config.Secret;
import dev.caravan.config.UnavailableProvider;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Takes secrets out of what a program wrote: those of the configuration, and the environment variables whose name says that they
 * are one, since the program has seen them all. Immutable.
 */
final class Redaction {
    private static final Pattern CREDENTIAL = Pattern.compile("(?i).*(KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTH).*");
    /** What is shorter is part of ordinary words. */
    private static final int SHORTEST = 4;

    private final List<String> secrets;

    /**
     * @param variables the environment variables of this process
     */
    Redaction(CaravanConfig config, Map<String, String> variables) {
        Stream<Secret> configured = Stream.concat(config.keys().stream().map(key -> key.key()),
                config.providers().values().stream().flatMap(Redaction::secrets));
        Stream<String> inherited = variables.entrySet().stream()
                .filter(variable -> CREDENTIAL.matcher(variable.getKey()).matches()).map(Map.Entry::getValue);
        // The longest first: one secret may be the beginning of another.
        this.secrets = Stream.concat(configured.map(Secret::reveal), inherited)
                .filter(secret -> secret.length() >= SHORTEST).distinct()
                .sorted(Comparator.comparingInt(String::length).reversed()).toList();
    }

    private static Stream<Secret> secrets(Provider provider) {
        return switch (provider) {
            case HttpProvider http ->
                Stream.concat(http.endpoint().apiKey().stream(), http.endpoint().headers().values().stream());
            case ExecProvider exec -> exec.environment().values().stream();
            case UnavailableProvider unavailable -> Stream.empty();
        };
    }

    /** The text with {@code ***} in place of every secret. */
    String redact(String text) {
        String redacted = text;
        for (String secret : secrets) {
            redacted = redacted.replace(secret, "***");
        }
        return redacted;
    }
}
