package dev.caravan.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Reads the whole document: its sections, and what one of them says about another. */
final class ConfigReader {

    private static final List<String> KEYS = List.of("server", "keys", "timeouts", "memory-budget", QueueReader.KEY,
            "providers", "models");

    private final Reading reading;
    private final Installation installation;
    private final HostResolver resolver;

    ConfigReader(Reading reading, Installation installation, HostResolver resolver) {
        this.reading = reading;
        this.installation = installation;
        this.resolver = resolver;
    }

    /** The configuration; of use only when no problem was added. */
    CaravanConfig read(ConfigNode root, Path file) {
        Optional<ConfigMap> sections = root.mapping("a mapping of " + String.join(", ", KEYS), KEYS);
        if (sections.isEmpty()) {
            reading.problems().throwIfAny();
        }
        return read(sections.orElseThrow(), file);
    }

    private CaravanConfig read(ConfigMap sections, Path file) {
        Optional<ConfigNode> keys = sections.get("keys");
        boolean open = keys.map(ConfigNode::isEmptyList).orElse(true);
        ServerConfig server = new ServerReader(reading, resolver).read(sections.get("server"), open);
        List<ClientKey> clientKeys = keys.map(node -> new KeysReader().read(node)).orElse(List.of());
        OptionalLong memoryBudget = sections.get("memory-budget")
                .flatMap(node -> node.size(WorkersReader.MOST_MEMORY)).map(OptionalLong::of)
                .orElse(OptionalLong.empty());
        Path directory = file.toAbsolutePath().getParent();
        Optional<QueueConfig> queue = sections.get(QueueReader.KEY).flatMap(new QueueReader(directory)::read);
        Timeouts timeouts = TimeoutsReader.read(sections.get("timeouts"), Timeouts.DEFAULT);

        Optional<ConfigMap> entries = sections.required("providers", "it holds at least one provider of models")
                .flatMap(node -> node.mapping("a mapping of provider names to providers"));
        ModelsReader modelsReader = new ModelsReader(entries.map(ConfigMap::keys));
        List<ModelRule> models = sections.get("models").map(modelsReader::read).orElse(List.of());
        ProvidersReader providersReader = new ProvidersReader(timeouts, modelsReader.firstRules(),
                new ExecProviderReader(timeouts, installation, directory, memoryBudget));
        Map<String, Provider> providers = entries.map(providersReader::read).orElse(Map.of());

        return new CaravanConfig(new ConfigSource(file, variables()), server, clientKeys, timeouts, memoryBudget, queue,
                providers, models);
    }

    private List<String> variables() {
        return Stream.of(ConfigLoader.FILE_VARIABLE, ConfigLoader.HOST_VARIABLE, ConfigLoader.PORT_VARIABLE)
                .filter(name -> reading.environment().get(name).isPresent()).toList();
    }
}
