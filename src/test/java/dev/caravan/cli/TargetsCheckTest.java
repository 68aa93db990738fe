package dev.caravan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.config.CaravanConfig;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rules that lead to a model that their provider does not offer. */
final class TargetsCheckTest {
    private static List<String> check(String rule, Optional<List<String>> offered) {
        CaravanConfig config = Configurations.withRules(rule);
        return TargetsCheck.of(config, config.provider("other").orElseThrow(), offered).stream()
                .map(finding -> finding.mark() + ": " + finding.text()).toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        { match: "*", to: other/gone }            | models[0] goes to "gone", which is not among what other offers
        { match: gone, to: "other/{model}" }      | models[0] goes to "gone", which is not among what other offers
        { match: "*", to: other/qwen }            |
        { match: "*", to: "other/qwen:8b" }       |
        { match: "*", to: other/claude-haiku-4-5 }|
        { match: "*", to: other/claude-haiku }    | models[0] goes to "claude-haiku", which is not among what other offers
        { match: "*", to: "other/{model}" }       |
        { match: "*", to: local/gone }            |
        """)
    void areWarnedOf(String rule, String expected) {
        assertEquals(expected == null ? List.of() : List.of("WARNING: " + expected), check(rule,
                Optional.of(List.of("qwen:latest", "qwen:8b", "claude-haiku-4-5-20251001"))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        { match: "*", to: other/tiny } |
        { match: "*", to: other/gone } | models[0] goes to "gone", which is not among other's models
        { match: "*", to: local/gone } |
        """)
    void theModelsOfTheConfigurationStandInForTheOnesOffered(String rule, String expected) {
        assertEquals(expected == null ? List.of() : List.of("WARNING: " + expected), check(rule, Optional.empty()));
    }
}
