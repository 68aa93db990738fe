package dev.caravan.message;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The body with another model's name in it. */
class MessageRequestTest {
    private static final String REST = "\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"{\"model\":\"m\",%s}|x|{\"model\":\"x\",%s}",
            "{%s,\"model\":\"m\"}|x|{%s,\"model\":\"x\"}",
            "{\"a\":{\"model\":\"m\"},%s,\"model\":\"m\",\"b\":\"m\"}|x|{\"a\":{\"model\":\"m\"},%s,\"model\":\"x\",\"b\":\"m\"}",
            "`{\n  \"model\" : \"m\" ,\r\n\t%s\n}\n`|longer-name|`{\n  \"model\" : \"longer-name\" ,\r\n\t%s\n}\n`",
            "{\"model\":\"a long name that is cut\",%s}|x|{\"model\":\"x\",%s}",
            "{\"model\":\"\\u0061\\\"\\\\\\/é🎉\",%s}|x|{\"model\":\"x\",%s}",
            "{\"\\u006dodel\":\"m\",%s}|x|{\"\\u006dodel\":\"x\",%s}",
            "{\"é🎉\":1,\"model\":\"m\",%s}|x|{\"é🎉\":1,\"model\":\"x\",%s}",
            "{\"model\":null,\"model\":\"m\",%s}|x|{\"model\":null,\"model\":\"x\",%s}",
            "{\"model\":\"m\",%s}|a\"b\\c|{\"model\":\"a\\\"b\\\\c\",%s}",
            "{\"model\":\"m\",%s}|é🎉|{\"model\":\"é🎉\",%s}",
            "`{\"model\":\"m\",%s}`|`a\nb`|`{\"model\":\"a\\nb\",%s}`",
            "{\"model\":\"m\",\"n\":1.50e+3, \"s\":\"\\u00e9\\/\",%s}|m|{\"model\":\"m\",\"n\":1.50e+3, \"s\":\"\\u00e9\\/\",%s}"})
    void allOtherBytesStay(String body, String model, String expected) {
        MessageRequest request = Requests.decode(body.formatted(REST));
        assertEquals(expected.formatted(REST), new String(request.bodyForModel(model), StandardCharsets.UTF_8));
        assertEquals(body.formatted(REST), new String(request.body(), StandardCharsets.UTF_8));
    }

    @Test
    void theRequestedModelIsUnescaped() {
        assertEquals("a\"\\/é🎉",
                Requests.decode("{\"model\":\"\\u0061\\\"\\\\\\/é\\ud83c\\udf89\"," + REST + "}").model());
    }

    @Test
    void longBodiesAreReadWhole() {
        String padding = "\"pad\":\"" + "é".repeat(100_000) + "\",";
        MessageRequest request = Requests.decode("{" + padding + "\"model\":\"m\"," + padding + REST + "}");
        assertEquals("{" + padding + "\"model\":\"other\"," + padding + REST + "}",
                new String(request.bodyForModel("other"), StandardCharsets.UTF_8));
    }
}
