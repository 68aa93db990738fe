package dev.caravan.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Every route of examples/")
class ExampleFilesTest {
    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("examples"))) {
            return files.filter(file -> file.toString().endsWith(".camel.yaml")).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void isInTheHouseStyle(Path path) throws IOException {
        BundleFile file = BundleFile.of(path.toString(), Files.readString(path));
        assertEquals(List.of(), CamelSchema.asItIs().offences(file));
        assertEquals(List.of(), CamelSchema.houseStyle().offences(file));
        assertEquals(List.of(), RouteRules.keptFailures(file));
        assertEquals(List.of(), RouteRules.repeatedIds(List.of(file)));
    }

    @ParameterizedTest
    @MethodSource("files")
    void isToldOf(Path path) {
        assertTrue(Files.exists(path.resolveSibling("README.md")));
        assertTrue(Files.exists(path.resolveSibling("application.properties")));
    }
}
