package dev.caravan.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A rule matches whole model names, with * and ? as the only wildcards")
class ModelRuleTest {

    private static ModelRule rule(String match) {
        return new ModelRule(match, "openai", "gpt-5");
    }

    @ParameterizedTest(name = "{0} on {1}: {2}")
    @CsvSource(quoteCharacter = '"', value = {
            "claude-*,            claude-sonnet-4-5,  true",
            "claude-*,            claude-,            true",
            "claude-*,            claude,             false",
            "claude-*,            my-claude-x,        false",
            "claude-*,            Claude-x,           false",
            "*,                   anything/at:all,    true",
            "*,                   \"\",               true",
            "*-mini,              gpt-5-mini,         true",
            "*-mini,              gpt-5-mini-high,    false",
            "*haiku*,             claude-haiku-4-5,   true",
            "claude-*-2*1*,       claude-a-2025-01,   true",
            "gpt-?,               gpt-5,              true",
            "gpt-?,               gpt-,               false",
            "gpt-?,               gpt-55,             false",
            "gpt-5,               gpt-5,              true",
            "gpt-5,               gpt-50,             false",
            "gpt-4.1,             gpt-4x1,            false",
            "a[bc](d),            a[bc](d),           true",
            "a[bc](d),            ab,                 false",
            "**?**,               x,                  true",
            "**?**,               \"\",               false",
            "?,                   \uD83D\uDE00,       true",
            "*?,                  \uD83D\uDE00,       true",
            "??,                  \uD83D\uDE00,       false",
            "*ab*ab,              abxab,              true",
            "*ab*ab,              ab,                 false"})
    void matches(String match, String model, boolean expected) {
        assertEquals(expected, rule(match).matches(model));
    }

    @Test
    void aPatternOfManyStarsEnds() {
        ModelRule rule = rule("*a".repeat(99) + "*b");
        assertFalse(assertTimeoutPreemptively(Duration.ofSeconds(60), () -> rule.matches("a".repeat(1_000_000))));
    }

    @Test
    void onlyARuleWithoutWildcardsIsExact() {
        assertTrue(rule("claude-haiku").isExact());
        assertFalse(rule("claude-*").isExact());
        assertFalse(rule("gpt-?").isExact());
    }

    @Test
    void theTargetMayHoldTheRequestedName() {
        assertEquals("gpt-5", rule("*").modelFor("claude-x"));
        assertEquals("vendor/claude-x:free", new ModelRule("*", "p", "vendor/{model}:free").modelFor("claude-x"));
        assertEquals("{model}", new ModelRule("*", "p", "{model}").modelFor("{model}"));
    }
}
