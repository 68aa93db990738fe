package dev.caravan.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * A YAML file of the bundle.
 *
 * @param path where it is, from the project's directory
 * @param yaml what it holds
 */
record BundleFile(Path path, JsonNode yaml) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** All of {@code routes/}. */
    static List<BundleFile> routes() {
        return readAll(Path.of("routes"));
    }

    /** All of {@code kamelets/}. */
    static List<BundleFile> kamelets() {
        return readAll(Path.of("kamelets"));
    }

    /** Both. */
    static List<BundleFile> all() {
        return Stream.of(routes(), kamelets()).flatMap(List::stream).toList();
    }

    static BundleFile of(String path, String yaml) {
        return new BundleFile(Path.of(path), JSON.valueToTree(
                new Load(LoadSettings.builder().setSchema(new CoreSchema()).build()).loadFromString(yaml)));
    }

    private static List<BundleFile> readAll(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            List<BundleFile> all = files.sorted().map(BundleFile::readFile).toList();
            if (all.isEmpty()) {
                throw new IllegalStateException(directory + " is empty");
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static BundleFile readFile(Path file) {
        try {
            return of(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String name() {
        return path.getFileName().toString();
    }

    boolean isKamelet() {
        return path.startsWith("kamelets");
    }

    /**
     * What Camel's schema of YAML routes is about: the list of a file of routes, or of the one route template that a kamelet is,
     * with the names that Camel gives it.
     */
    JsonNode definitions() {
        if (!isKamelet()) {
            return yaml;
        }
        ObjectNode template = yaml.at("/spec/template").deepCopy();
        template.set("id", yaml.at("/metadata/name"));
        if (template.get("route") instanceof ObjectNode route) {
            route.set("id", yaml.at("/metadata/name"));
        }
        ArrayNode list = JSON.createArrayNode();
        list.addObject().set("routeTemplate", template);
        return list;
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
