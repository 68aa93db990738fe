package dev.caravan.config;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A configuration that has been checked: whatever refers to something refers to something that is there. Immutable.
 *
 * @param source    where it came from
 * @param server    where Caravan listens
 * @param keys      the keys that clients may use; empty when it is open to everybody who can reach it
 * @param timeouts  how long to wait for a provider that does not say otherwise
 * @param memoryBudget how many bytes the processes of all providers that keep them may need together; empty for no limit
 * @param queue     how work is queued; empty when it is not
 * @param providers the providers by name, in the order of the file, at least one
 * @param models    the rules for requested models; the first that matches wins
 */
public record CaravanConfig(ConfigSource source, ServerConfig server, List<ClientKey> keys, Timeouts timeouts,
        OptionalLong memoryBudget, Optional<QueueConfig> queue, Map<String, Provider> providers,
        List<ModelRule> models) {

    public CaravanConfig {
        keys = List.copyOf(keys);
        providers = Collections.unmodifiableMap(new LinkedHashMap<>(providers));
        models = List.copyOf(models);
    }

    /**
     * Finds and reads the configuration: {@code caravan.yaml} in the current directory, or the file that the environment variable
     * {@code CARAVAN_CONFIG} names.
     *
     * @throws ConfigException with every mistake, when there is one, or no file
     */
    public static CaravanConfig load() {
        return load(Environment.ofProcess(), Path.of(""));
    }

    /**
     * Finds and reads the configuration.
     *
     * @param environment the environment variables
     * @param base        the directory where {@code caravan.yaml} is looked for; {@code Path.of("")} for the current one
     * @throws ConfigException with every mistake, when there is one, or no file
     */
    public static CaravanConfig load(Environment environment, Path base) {
        return new ConfigLoader(environment, base).load();
    }

    /** The provider of that name. */
    public Optional<Provider> provider(String name) {
        return Optional.ofNullable(providers.get(name));
    }
}
