package dev.caravan.config;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A secret that stands in the file, rightly or wrongly, is shown neither in a message nor in a record's text")
class SecretsInFileTest {

    private static final String SECRET = "hunter2";
    private static final Map<String, String> ENVIRONMENT = Map.of("WORD", SECRET, "CARAVAN_KEY", SECRET + SECRET, "URL",
            "https://u:" + SECRET + "@host/?" + SECRET, "TEMPLATE", "${" + SECRET + "}", "LINE", SECRET + "\n");

    private static final String DOCUMENT = """
        keys: %s
        providers:
          a: { dialect: openai, base-url: %s, %s, headers: %s }
          b: { dialect: exec, command: %s, environment: %s }
        """;
    /** What can stand in each place of the document; the first is right. */
    private static final List<List<String>> PLACES = List.of(
            List.of("[hunter2-a, { name: a, key: hunter2-b }, \"${CARAVAN_KEY}\"]", "hunter2-a", "[hunter2]",
                    "[{ key: hunter2-a, hunter2-b }]", "[{ hunter2-key }]", "{ hunter2: }", "[[hunter2-a]]",
                    "[\"hunter2 hunter2\"]", "[hunter2-a, hunter2-a]", "[\"${X:hunter2}\"]", "[\"hunter2${\"]",
                    "[\"hunter2${a b}\"]", "[!x hunter2-a]", "[{ key: { hunter2: } }]", "[*hunter2]", "[\"\\hunter2\"]",
                    "[%hunter2]", "[\"hunter2\"\"x\"]", "[\"${WORD}\"]", "[{ name: \"${LINE}\", key: abcdefgh }]"),
            List.of("\"http://x\"", "\"http://hunter2@x\"", "\"http://a:hunter2@x_y\"", "\"http://x?hunter2\"",
                    "\"http://x#hunter2\"", "\"hunter2\"", "\"http://x/ hunter2\"", "[hunter2]", "\"http://[hunter2]\"",
                    "\"http://a:hunter2@x:y\"", "\"${URL}\"", "\"http://x/%hunter2\"", "\"hunter2://x\"",
                    "\"${TEMPLATE}\""),
            List.of("api-key: sk-hunter2", "api-key: \"${WORD}\"", "api-key: \"${X:hunter2}\"", "api-key: \"hunter2 \"",
                    "api-key: \"${WORD hunter2\"", "api-key: [hunter2]", "api-key: { hunter2: }", "apikey: hunter2",
                    "hunter2", "api-key: \"hunter2\\0\"", "api-key: 'hunter2", "\"hunter2-api-key\"",
                    "api-key: \"${LINE}\"", "api-key: hunter2: hunter2", "options: { max-tokens-field: \"${WORD}\" }",
                    "timeouts: { idle: \"${WORD}\" }", "models: [{ id: a, max-input-tokens: \"${WORD}\" }]"),
            List.of("{ x: hunter2, y: \"${WORD}\", z: \"${TEMPLATE}\" }", "{ x: \"hunter2\\n\" }", "{ x: [hunter2] }",
                    "\"x: hunter2\"", "[hunter2]", "{ host: hunter2 }", "{ x: \"${LINE}\" }", "{ x: a, X: hunter2 }"),
            List.of("[x, hunter2, \"${WORD}\"]", "x --key=hunter2", "{ hunter2: x }", "[x, [hunter2]]",
                    "[x, \"hunter2\\0\"]",
                    "[x, \"${hunter2 x}\"]", "[\"\", hunter2]", "[x, \"hunter2{model}\", \"{model}\"]"),
            List.of("{ A: hunter2, B: \"${WORD}\", C: \"${TEMPLATE}\" }", "{ A: [hunter2] }", "[A=hunter2]",
                    "A=hunter2",
                    "{ A: \"hunter2\\0\" }", "{ A: \"${hunter2 x}\" }", "{ A-B: hunter2 }"));

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void isNotShown(String written, String yaml) {
        String shown;
        try {
            shown = Configs.read(yaml, ENVIRONMENT).toString();
            assertTrue(shown.contains("***"), shown);
        } catch (ConfigException e) {
            shown = e.toString();
        }
        assertFalse(shown.contains(SECRET), shown);
    }

    static Stream<Arguments> isNotShown() {
        return IntStream.range(0, PLACES.size()).boxed()
                .flatMap(place -> PLACES.get(place).stream()
                        .map(written -> Arguments.of(written, document(place, written))));
    }

    private static String document(int place, String written) {
        Object[] all = PLACES.stream().map(List::getFirst).toArray();
        all[place] = written;
        return DOCUMENT.formatted(all);
    }

    @Test
    void theRightDocumentIsRead() {
        CaravanConfig config = Configs.read(document(0, PLACES.getFirst().getFirst()), ENVIRONMENT);
        assertTrue(Arrays.asList("hunter2-a", "hunter2-b", "hunter2hunter2")
                .equals(config.keys().stream().map(key -> key.key().reveal()).toList()));
    }
}
