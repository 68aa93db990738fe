package dev.caravan.provider.gemini;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.caravan.provider.gemini.GeminiModel.ThinkingControl;
import java.net.URI;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeminiModelTest {
    @Test
    void path() {
        assertEquals("/v1beta/models/gemini-2.5-pro:generateContent",
                GeminiModel.of("gemini-2.5-pro").path("generateContent"));
        assertEquals("/v1beta/models/gemini-2.5-pro:generateContent",
                GeminiModel.of("models/gemini-2.5-pro").path("generateContent"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "../x", "models/../files/x", "models/models/x", "tunedModels/a",
            "a:embedContent",
            "a?key=b", "a#c", "a%2Fb", "a b", "a;b", "a\\b", "modèle", "a\r\nHost: x", "a{{b}}", "-a", "a\n", "@a"})
    void noName(String name) {
        assertFalse(GeminiModel.of(name).isName());
    }

    @Property
    void noNameReachesAnotherPath(
            @ForAll @StringLength(min = 1, max = 256) @Chars({'a', '.', '-', '/', ':', '%', '2', 'F',
                    '?'}) String name) {
        GeminiModel model = GeminiModel.of(name);
        String url = "http://host/base" + model.path("generateContent");
        if (model.isName()) {
            assertEquals(url, URI.create(url).normalize().toString());
            assertEquals("/base/v1beta/models/" + model.name() + ":generateContent", URI.create(url).getPath());
        }
    }

    @ParameterizedTest
    @CsvSource({"gemini-2.5-flash,BUDGET", "gemini-2.5-pro,BUDGET", "gemini-3-pro-preview,LEVEL",
            "gemini-3.1-pro,LEVEL",
            "gemini-3.7-flash,LEVEL", "gemini-10-flash,LEVEL", "gemini-2.0-flash,NONE", "gemini-1.5-pro,NONE",
            "gemma-3-27b-it,NONE", "gemini-flash-latest,BUDGET", "my-tuned-model,BUDGET", "gemini-,BUDGET"})
    void thinking(String name, ThinkingControl control) {
        assertEquals(control, GeminiModel.of(name).thinkingControl());
    }
}
