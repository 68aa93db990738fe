package dev.caravan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines put into files: what was there stays, to the letter. */
final class ConfigTextTest {
    private static final List<String> LINES = List.of("new:", "  dialect: exec");

    private static String withProvider(String text) {
        return new ConfigText(text).withProvider(LINES).orElseThrow().toString();
    }

    @Test
    void aProviderComesBehindTheLastOneAndBeforeWhatIsCommentedOut() {
        assertEquals("""
            # 🐫
            providers:
                a: { dialect: ollama }   # mine
                b:
                    command: [x,
                              "y"]       # two lines

                new:
                  dialect: exec

            #    c: {}
            models: []
            """, withProvider("""
            # 🐫
            providers:
                a: { dialect: ollama }   # mine
                b:
                    command: [x,
                              "y"]       # two lines

            #    c: {}
            models: []
            """));
    }

    @Test
    void theFileMayEndWithTheLastProvider() {
        assertEquals("providers:\n  a: { dialect: ollama }\n\n  new:\n    dialect: exec",
                withProvider("providers:\n  a: { dialect: ollama }"));
    }

    @Test
    void lineEndsAreThoseOfTheFile() {
        assertEquals("providers:\r\n  a: {}\r\n\r\n  new:\r\n    dialect: exec\r\nmodels: []\r\n",
                withProvider("providers:\r\n  a: {}\r\nmodels: []\r\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"providers: { a: {} }\n", "providers:\n  a:\n    b: |\n      text\n# comment\n",
            "{ providers: {} }",
            "providers: {}\n", "models: []\n", "- a\n", "providers: [\n", "\uFEFFproviders:\n  a: {}\n"})
    void whatIsNotInTheUsualFormIsLeftAlone(String text) {
        assertTrue(new ConfigText(text).withProvider(LINES).isEmpty());
    }

    @Test
    void aRuleComesBeforeTheOthers() {
        assertEquals("models:\n  # first\n  -  { match: n }\n  -  { match: a }\n", new ConfigText(
                "models:\n  # first\n  -  { match: a }\n").withFirstRule("{ match: n }").orElseThrow().toString());
        assertEquals("models:\n- { match: n }\n- match: a\n", new ConfigText("models:\n- match: a\n")
                .withFirstRule("{ match: n }").orElseThrow().toString());
        assertEquals("keys: []\n\nmodels:\n  - { match: n }\n",
                new ConfigText("keys: []").withFirstRule("{ match: n }").orElseThrow().toString());
        assertTrue(new ConfigText("models: [{ match: a }]\n").withFirstRule("{ match: n }").isEmpty());
    }

    @Test
    void anotherProgramTakesThePlaceOfTheOld() {
        String text = "providers:\n  a: { command: [%s, -u] } # mine\n";
        assertEquals(text.formatted("\"/new/python\""), new ConfigText(text.formatted("/old/python"))
                .withProgram("a", "/new/python").orElseThrow().toString());
    }
}
