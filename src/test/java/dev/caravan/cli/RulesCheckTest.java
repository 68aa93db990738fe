package dev.caravan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ModelRule;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rules that never match. */
final class RulesCheckTest {
    private static List<Finding> check(List<String> matches) {
        return RulesCheck.of(config(matches));
    }

    private static CaravanConfig config(List<String> matches) {
        return Configurations.withRules(matches.stream().map(match -> "{ match: \"" + match + "\", to: local/x }")
                .collect(Collectors.joining(", ")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        *          | small         | models[1] "small" never matches: models[0] "*" matches the same before it
        claude-*   | claude-3-*    | models[1] "claude-3-*" never matches: models[0] "claude-*" matches the same before it
        small      | small         | models[1] "small" never matches: models[0] "small" matches the same before it
        gpt-?      | gpt-5         | models[1] "gpt-5" never matches: models[0] "gpt-?" matches the same before it
        a          | local/a       | models[1] "local/a" never matches: what begins with local/ goes to that provider at once
        a          | local/*       | models[1] "local/*" never matches: what begins with local/ goes to that provider at once
        """)
    void areWarnedOf(String first, String second, String expected) {
        List<Finding> findings = check(List.of(first, second));
        assertEquals(List.of(Finding.Mark.WARNING + ": " + expected),
                findings.stream().map(finding -> finding.mark() + ": " + finding.text()).toList());
    }

    @ParameterizedTest
    @CsvSource({"claude-*,*", "gpt-?,gpt-*", "*-mini,gpt-*", "small,smaller", "nobody/a,b"})
    void othersAreNot(String first, String second) {
        assertEquals(List.of(Finding.ok("2 rules, each of which can match")), check(List.of(first, second)));
    }

    @ParameterizedTest
    @CsvSource("''")
    void noRulesAreWorthAWord(String none) {
        assertEquals(Finding.Mark.WARNING, RulesCheck.of(Configurations.withRules(none)).getFirst().mark());
    }

    /** Whatever the check says, no name reaches a rule that it says never matches. */
    @Property(tries = 500)
    void aWarningIsTrue(@ForAll("patterns") String first, @ForAll("patterns") String second,
            @ForAll("names") List<String> names) {
        List<Finding> findings = check(List.of(first, second));
        if (findings.stream().anyMatch(finding -> finding.text().startsWith("models[1]"))) {
            ModelRule before = new ModelRule(first, "local", "x");
            ModelRule after = new ModelRule(second, "local", "x");
            assertTrue(names.stream().noneMatch(name -> after.matches(name) && !before.matches(name)),
                    first + " " + second);
        }
    }

    @Provide
    Arbitrary<String> patterns() {
        return Arbitraries.strings().withChars("ab*?").ofMinLength(1).ofMaxLength(5);
    }

    @Provide
    Arbitrary<List<String>> names() {
        return Arbitraries.strings().withChars("ab").ofMinLength(1).ofMaxLength(6).list().ofSize(40);
    }
}
