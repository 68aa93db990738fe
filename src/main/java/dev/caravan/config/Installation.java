package dev.caravan.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;

/**
 * What a command may name of the running Caravan.
 *
 * @param java    the {@code java} of the running JVM
 * @param classes the jar or directory of Caravan's own classes; empty when they are in neither, as in a jar in a jar
 */
record Installation(Path java, Optional<Path> classes) {

    static Installation running() {
        boolean windows = System.getProperty("os.name", "").startsWith("Windows");
        Path java = Path.of(System.getProperty("java.home"), "bin", windows ? "java.exe" : "java");
        return new Installation(java, classesOf(Installation.class.getProtectionDomain().getCodeSource()));
    }

    private static Optional<Path> classesOf(CodeSource source) {
        if (source == null || source.getLocation() == null) {
            return Optional.empty();
        }
        try {
            URI location = source.getLocation().toURI();
            return "file".equals(location.getScheme()) ? Optional.of(Path.of(location)) : Optional.empty();
        } catch (URISyntaxException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
