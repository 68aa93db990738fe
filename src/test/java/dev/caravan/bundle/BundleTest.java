package dev.caravan.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Every file of routes/ and kamelets/")
class BundleTest {
    private static final CamelSchema CAMEL = CamelSchema.asItIs();
    private static final CamelSchema HOUSE_STYLE = CamelSchema.houseStyle();

    static List<BundleFile> files() {
        return BundleFile.all();
    }

    static List<BundleFile> kamelets() {
        return BundleFile.kamelets();
    }

    @ParameterizedTest
    @MethodSource("files")
    void isWhatCamelsSchemaSays(BundleFile file) {
        assertEquals(List.of(), CAMEL.offences(file));
    }

    @ParameterizedTest
    @MethodSource("files")
    void isCanonicalAndTellsWhatItDoes(BundleFile file) {
        assertEquals(List.of(), HOUSE_STYLE.offences(file));
    }

    @ParameterizedTest
    @MethodSource("files")
    void namesEndpointsByScheme(BundleFile file) {
        Set<String> kamelets = BundleFile.kamelets().stream()
                .map(kamelet -> kamelet.name().replace(".kamelet.yaml", ""))
                .collect(Collectors.toSet());
        assertEquals(List.of(), RouteRules.addresses(file, kamelets));
    }

    @ParameterizedTest
    @MethodSource("files")
    void leavesFailuresToTheRoute(BundleFile file) {
        assertEquals(List.of(), RouteRules.keptFailures(file));
    }

    @Test
    @DisplayName("has ids that no other has")
    void hasIdsThatNoOtherHas() {
        assertEquals(List.of(), RouteRules.repeatedIds(BundleFile.all()));
    }

    @Test
    @DisplayName("runs under camel run with the version of Camel that it is built with")
    void runsUnderTheVersionOfCamelThatItIsBuiltWith() throws IOException {
        Properties properties = new Properties();
        try (Reader file = Files.newBufferedReader(Path.of("application.properties"))) {
            properties.load(file);
        }
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            assertEquals(camel.getVersion(), properties.getProperty("camel.jbang.camel-version"));
        }
    }

    @ParameterizedTest
    @MethodSource("kamelets")
    void isAKameletThatOthersCanUse(BundleFile file) {
        assertEquals(List.of(), KameletRules.offences(file));
    }
}
