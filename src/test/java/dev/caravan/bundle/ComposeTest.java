package dev.caravan.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.config.CaravanConfig;
import dev.caravan.config.Environment;
import dev.caravan.config.QueueConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docker-compose.yml starts is what Caravan's configuration there is told of. No container engine is needed, and none runs. */
class ComposeTest {
    private static final Pattern NEEDED = Pattern.compile("\\$\\{([A-Z_]+):\\?[^}]*}");
    private static final Pattern OPTIONAL = Pattern.compile("\\$\\{([A-Z_]+):-}");
    private static final JsonNode COMPOSE = read("docker-compose.yml");

    @Test
    void caravanIsToldOfTheBrokerAndTheDatabaseThatAreStartedBesideIt() {
        QueueConfig queue = configuration().queue().orElseThrow();
        assertEquals("tcp://artemis:61616", queue.broker().orElseThrow().url());
        assertEquals("jdbc:postgresql://postgres:5432/caravan", queue.store().orElseThrow().url());
        assertEquals(service("artemis").at("/environment/ARTEMIS_USER").textValue(),
                queue.broker().orElseThrow().user().orElseThrow());
        assertEquals(service("postgres").at("/environment/POSTGRES_USER").textValue(),
                queue.store().orElseThrow().user().orElseThrow());
        assertEquals("of-BROKER_PASSWORD", queue.broker().orElseThrow().password().orElseThrow().reveal());
        assertEquals("of-STORE_PASSWORD", queue.store().orElseThrow().password().orElseThrow().reveal());
        assertEquals(service("artemis").at("/environment/ARTEMIS_PASSWORD"),
                service("caravan").at("/environment/CARAVAN_BROKER_PASSWORD"));
        assertEquals(service("postgres").at("/environment/POSTGRES_PASSWORD"),
                service("caravan").at("/environment/CARAVAN_STORE_PASSWORD"));
    }

    @Test
    void withoutTheVariablesBothAreInsideCaravan() {
        QueueConfig queue = load(Map.of("CARAVAN_KEY", "a-long-key")).queue().orElseThrow();
        assertEquals(Optional.empty(), queue.broker());
        assertEquals(Optional.empty(), queue.store());
    }

    @Test
    void caravanWaitsForWhatIsHealthyAndImagesHaveVersions() {
        Set<String> started = names(COMPOSE.get("services"));
        Set<String> awaited = names(service("caravan").get("depends_on"));
        assertEquals(Set.of("artemis", "postgres"), awaited);
        assertTrue(started.containsAll(awaited));
        for (String name : awaited) {
            assertTrue(service(name).has("healthcheck"), name);
            assertTrue(service(name).get("image").textValue().matches("[a-z/-]+:[0-9][0-9a-z.-]*"), name);
        }
        for (JsonNode service : COMPOSE.get("services")) {
            for (JsonNode volume : service.path("volumes")) {
                String source = volume.textValue().split(":")[0];
                assertTrue(source.startsWith("./")
                        ? Files.exists(Path.of(source))
                        : COMPOSE.get("volumes").has(source), source);
            }
        }
    }

    private static CaravanConfig configuration() {
        Map<String, String> environment = new HashMap<>();
        service("caravan").get("environment").properties()
                .forEach(entry -> environment.put(entry.getKey(), given(entry.getValue().textValue())));
        return load(environment);
    }

    private static CaravanConfig load(Map<String, String> environment) {
        Map<String, String> all = new HashMap<>(environment);
        all.put("CARAVAN_CONFIG", mounted());
        return CaravanConfig.load(Environment.of(all), Path.of(""));
    }

    /** The file of this project that Caravan finds as its caravan.yaml. */
    private static String mounted() {
        List<String> files = service("caravan").get("volumes").valueStream().map(JsonNode::textValue)
                .filter(volume -> volume.endsWith(":/caravan/caravan.yaml:ro")).toList();
        assertEquals(1, files.size());
        return files.getFirst().split(":")[0];
    }

    /** A value as Compose hands it over when what has to be set is set to "of-" and its name. */
    private static String given(String value) {
        Matcher needed = NEEDED.matcher(value);
        return OPTIONAL.matcher(needed.replaceAll("of-$1")).replaceAll("");
    }

    private static JsonNode service(String name) {
        return COMPOSE.at("/services/" + name);
    }

    private static Set<String> names(JsonNode mapping) {
        Set<String> names = new TreeSet<>();
        mapping.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static JsonNode read(String file) {
        try {
            return BundleFile.of(file, Files.readString(Path.of(file))).yaml();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
