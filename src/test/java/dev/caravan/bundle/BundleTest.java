package dev.caravan.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
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

    @Test
    @DisplayName("has ids that no other has")
    void hasIdsThatNoOtherHas() {
        assertEquals(List.of(), RouteRules.repeatedIds(BundleFile.all()));
    }

    @ParameterizedTest
    @MethodSource("kamelets")
    void isAKameletThatOthersCanUse(BundleFile file) {
        assertEquals(List.of(), KameletRules.offences(file));
    }
}
