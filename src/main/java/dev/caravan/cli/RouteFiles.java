package dev.caravan.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where Camel finds Caravan's routes and kamelets: the directories beside the launcher, which can be edited, or else the jar. */
final class RouteFiles {
    private RouteFiles() {}

    /** The pattern of the routes for {@code camel.main.routesIncludePattern}. */
    static String routes(Optional<Path> home) {
        Path directory = home.orElse(Path.of("")).resolve("routes");
        return Files.isDirectory(directory) ? "file:" + directory + "/*.camel.yaml" : "classpath:camel/*.camel.yaml";
    }

    /** The place of the kamelets for {@code camel.component.kamelet.location}. */
    static String kamelets(Optional<Path> home) {
        Path directory = home.orElse(Path.of("")).resolve("kamelets");
        return Files.isDirectory(directory) ? "file:" + directory : "classpath:kamelets";
    }
}
