package dev.caravan.provider.ollama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.message.ApiException;
import dev.caravan.message.EventText;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.Usage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole replies of Ollama that hold what few do. */
class OllamaReplyTest {
    private final List<MessageEvent> events = new ArrayList<>();

    private void read(String message) {
        new OllamaResponseDecoder(events::add, new MessageStart("msg_1", "m", Usage.of(50, 1)))
                .message(("{\"model\":\"m\",\"message\":" + message
                        + ",\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":9,\"eval_count\":3}")
                        .getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void imagesAreNotLeftOutWithoutAWord() {
        ApiException failure = assertThrows(ApiException.class,
                () -> read("{\"role\":\"assistant\",\"content\":\"See:\",\"images\":[\"iVBORw0KGgo=\"]}"));
        assertEquals(502, failure.status());
        assertEquals("the provider's reply holds images, which the Messages API cannot carry", failure.getMessage());
        assertEquals(List.of(), events);
    }

    @ParameterizedTest
    @CsvSource({"null", "[]"})
    void noImagesAreNone(String images) {
        read("{\"role\":\"assistant\",\"images\":" + images + ",\"content\":\"Hi\"}");
        assertEquals("start\n0 text\n0 +Hi\n0 stop\nend end_turn in 9 created 0 read 0 out 3\nstop",
                EventText.of(events));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {"{\"x\":1.50}|{\"x\":1.50}",
            "\"{\\\"x\\\":1}\"|{\"x\":1}",
            "\"{\\\"x\\\":\"|{\"_unparsed\":\"{\\\"x\\\":\"}", "\"x = 1\"|{\"_unparsed\":\"x = 1\"}",
            "[1,2]|{\"_unparsed\":\"[1,2]\"}"})
    void argumentsOfACall(String arguments, String input) {
        read("{\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":" + arguments + "}}]}");
        assertEquals("start\n0 tool_use c f\n0 +\n0 +" + input
                + "\n0 stop\nend tool_use in 9 created 0 read 0 out 3\nstop", EventText.of(events));
    }
}
