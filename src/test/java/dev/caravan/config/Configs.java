package dev.caravan.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads configurations in a world of the test's making: its environment, its names of hosts, its installation. */
final class Configs {

    static final Path JAVA = Path.of("/opt/jdk/bin/java");
    static final Path CLASSES = Path.of("/opt/caravan/caravan.jar");

    /** The least that is valid; other sections can stand before it. */
    static final String PROVIDERS = """
        providers:
          local: { dialect: openai, base-url: "http://127.0.0.1:8000/v1" }
        """;

    private Configs() {}

    static ConfigLoader loader(Map<String, String> environment, Path base) {
        return new ConfigLoader(Environment.of(environment), base, new Installation(JAVA, Optional.of(CLASSES)),
                Configs::resolve);
    }

    static CaravanConfig read(String yaml) {
        return read(yaml, Map.of());
    }

    static CaravanConfig read(String yaml, Map<String, String> environment) {
        return loader(environment, Path.of("")).parse(Path.of("caravan.yaml"), yaml);
    }

    /** The provider of a document that has one. */
    static Provider readProvider(String provider, Map<String, String> environment) {
        Map<String, Provider> providers = read("providers:\n" + provider.indent(2), environment).providers();
        assertEquals(1, providers.size());
        return providers.values().iterator().next();
    }

    static ConfigException fail(String yaml, Map<String, String> environment) {
        return assertThrows(ConfigException.class, () -> read(yaml, environment), yaml);
    }

    static void assertMistakes(String yaml, Map<String, String> environment, List<String> mistakes) {
        assertEquals(String.join("\n", mistakes), fail(yaml, environment).getMessage());
    }

    /** Literal addresses as they are, and the few names of this world. */
    private static InetAddress[] resolve(String host) throws UnknownHostException {
        return switch (host) {
            case "localhost" -> new InetAddress[]{InetAddress.getByName("127.0.0.1"), InetAddress.getByName("::1")};
            case "gateway.example" -> new InetAddress[]{InetAddress.getByName("192.0.2.7")};
            case "both.example" ->
                new InetAddress[]{InetAddress.getByName("127.0.0.1"), InetAddress.getByName("192.0.2.7")};
            case "nowhere.example" -> throw new UnknownHostException(host);
            default -> new InetAddress[]{InetAddress.getByName(host)};
        };
    }
}
