package dev.caravan.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.StartupSummaryLevel;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/** A program of {@code examples/queue}, run as it is there but for its properties. */
final class Example implements AutoCloseable {
    private final DefaultCamelContext camel = new DefaultCamelContext();

    private Example() {}

    /**
     * Starts it.
     *
     * @param name       its directory
     * @param properties in place of those in its {@code application.properties}
     */
    static Example start(String name, Map<String, String> properties) throws Exception {
        Path directory = Path.of("examples", "queue", name);
        Example example = new Example();
        example.camel.setStartupSummaryLevel(StartupSummaryLevel.Off);
        example.camel.getShutdownStrategy().setTimeout(5);
        example.camel.getPropertiesComponent().setLocation("file:" + directory.resolve("application.properties"));
        properties.forEach(example.camel.getPropertiesComponent()::addOverrideProperty);
        // What a user need not wait for, a test need not wait for either.
        Map.of("settle", "100", "poll", "50", "batch.poll", "50")
                .forEach(example.camel.getPropertiesComponent()::addOverrideProperty);
        PluginHelper.getRoutesLoader(example.camel).loadRoutes(
                ResourceHelper.resolveResource(example.camel, "file:" + directory.resolve(name + ".camel.yaml")));
        example.camel.start();
        return example;
    }

    @Override
    public void close() throws IOException {
        camel.close();
    }

    /** The names of the files of a directory, in order; empty when there is none. */
    static List<String> files(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile).map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith(".") && !name.endsWith(".camelLock")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
