package dev.caravan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The model that is asked when nobody says which. */
final class ModelChoiceTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        { match: "*", to: local/a }                                                    | claude-sonnet-4-5
        { match: "claude-*", to: local/a }                                             | claude-sonnet-4-5
        { match: "claude-*", to: local/a }, { match: fast, to: local/b }               | fast
        { match: "gpt-*", to: "local/{model}" }                                        | other/tiny
        ``                                                                             | other/tiny
        """)
    void isTheFirstOfWhatTheConfigurationHas(String rules, String expected) {
        assertEquals(Optional.of(expected), ModelChoice.of(Configurations.withRules(rules)));
    }

    @Test
    void mayBeNone() {
        assertEquals(Optional.empty(), ModelChoice.of(Configurations
                .read("providers: { local: { dialect: openai, base-url: \"http://127.0.0.1:1/v1\" } }")));
    }

    @Test
    void isNoneOfAProviderThatIsNotInUse() {
        assertEquals(Optional.empty(), ModelChoice.of(Configurations.read("""
            providers:
              cloud: { dialect: openai, base-url: "http://127.0.0.1:1/v1", api-key: "${NOT_SET}", models: [big] }
            """)));
    }
}
