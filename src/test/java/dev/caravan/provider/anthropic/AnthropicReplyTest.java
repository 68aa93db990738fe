package dev.caravan.provider.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.RawMessage;
import dev.caravan.message.MessageJson;
import dev.caravan.provider.MessagesDecoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole replies of an Anthropic upstream: what is a message passes byte for byte, and nothing else passes for one. */
class AnthropicReplyTest {
    private final List<MessageEvent> events = new ArrayList<>();

    private MessagesDecoder decoder(boolean stream) {
        return new MessagesDecoder("up", stream, events::add);
    }

    private ApiException failure(String json) {
        ApiException failure = null;
        for (boolean stream : new boolean[]{false, true}) {
            MessagesDecoder decoder = decoder(stream);
            failure = assertThrows(ApiException.class, () -> decoder.message(json.getBytes(UTF_8)));
            assertFalse(decoder.finished());
            assertEquals(List.of(), events);
        }
        return failure;
    }

    @ParameterizedTest
    @ValueSource(strings = {"{ \"type\":\"message\",\"content\":[],\"x\":1.50e1 }",
            "{\"content\":[{\"type\":\"new\"}],\"id\":\"msg_1\",\"usage\":{},\"type\":\"message\"}\n",
            "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[{\"type\":\"text\","
                    + "\"text\":\"\\u00e9 é\"}],\"stop_reason\":\"end_turn\",\"usage\":{\"output_tokens\":1.0}}"})
    void aMessagePassesAsItIs(String json) throws IOException {
        MessagesDecoder decoder = decoder(false);
        decoder.message(json.getBytes(UTF_8));
        assertTrue(decoder.finished());
        decoder.end();
        assertEquals(1, events.size());
        assertArrayEquals(json.getBytes(UTF_8), ((RawMessage) events.getFirst()).json());
    }

    @Test
    void aMessageInPlaceOfAStreamBecomesEvents() throws IOException {
        MessagesDecoder decoder = decoder(true);
        decoder.message("{\"type\":\"message\",\"content\":[]}".getBytes(UTF_8));
        assertTrue(decoder.finished());
        assertEquals(List.of("message_start", "message_delta", "message_stop"),
                events.stream().map(MessageJson::name).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"detail\":\"Not Found\"}", "{\"type\":\"message\"}", "{\"content\":[]}",
            "{\"type\":\"message\",\"content\":null}", "{\"type\":\"message\",\"content\":\"Hi\"}",
            "{\"type\":\"message\",\"content\":{\"a\":[]}}", "{\"type\":\"completion\",\"content\":[]}",
            "{\"type\":null,\"content\":[]}", "{\"type\":[\"message\"],\"content\":[]}",
            "{\"error\":{\"message\":\"x\",\"type\":\"message\"},\"content\":[]}",
            "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"choices\":[]}"})
    void whatIsNoMessageDoesNotPassForOne(String json) {
        ApiException failure = failure(json);
        assertEquals(502, failure.status());
        assertEquals(ErrorType.API_ERROR, failure.type());
        assertEquals("provider up answered with JSON that is no message of the Messages API", failure.getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"overloaded_error|529|Overloaded",
            "invalid_request_error|400|Overloaded", "from_the_future|500|Overloaded",
            "authentication_error|502|provider up refused the gateway's credential"})
    void anErrorIsTheErrorThatItIs(String type, int status, String message) {
        String error = "{\"request_id\":\"req_1\",\"type\":\"error\", \"error\":{\"type\":\"" + type
                + "\",\"message\":\"Overloaded\"}}";
        ApiException failure = failure(error);
        assertEquals(status, failure.status());
        assertEquals(message, failure.getMessage());
        if (status != 502) {
            assertEquals(error, new String(failure.envelope("ours"), UTF_8));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "", "null", "{\"type\":\"message\",\"content\":[]", "<html>",
            "{\"type\":\"message\",\"content\":[]} {}", "{\"type\":\"message\",\"content\":[}]"})
    void whatIsNoObjectIsNoJsonThatCouldBeOne(String json) {
        assertThrows(IOException.class, () -> decoder(false).message(json.getBytes(UTF_8)));
        assertThrows(IOException.class, () -> decoder(true).message(json.getBytes(UTF_8)));
        assertEquals(List.of(), events);
    }
}
