package dev.caravan.provider.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Replies that some server has sent: none of what they say is lost, and none passes for whole that is not. */
class OpenAiOddRepliesTest {
    private static final String WHOLE = "{\"id\":\"c\",\"object\":\"chat.completion\",\"choices\":[{\"index\":0,"
            + "\"finish_reason\":\"tool_calls\",\"message\":{\"role\":\"assistant\",\"content\":\"Look.\",\"tool_calls\":["
            + "{\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":1}\"}},"
            + "{\"id\":\"b\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":2}\"}}]}}],"
            + "\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":3}}";

    @Test
    void theWholeReplyAsTheOneEventOfAStream() {
        String expected = """
            start
            0 text
            0 +Look.
            0 stop
            1 tool_use a f
            1 +
            1 +{"x":1}
            1 stop
            2 tool_use b f
            2 +
            2 +{"x":2}
            2 stop
            end tool_use in 5 created 0 read 0 out 3
            stop
            """;
        Decoded.stream(WHOLE + "\n[DONE]").is(expected);
        Decoded.reply(WHOLE).is(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "{}", "{\"role\":\"assistant\",\"content\":null}"})
    void theWholeReplyBesideAPieceOfNothing(String delta) {
        Decoded.stream("{\"choices\":[{\"delta\":" + delta
                + ",\"message\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n[DONE]")
                .is("start\n0 text\n0 +Hi\n0 stop\nend end_turn in 50 created 0 read 0 out 1\nstop");
    }

    /** What was said stands in the last event again, or in each beside what is new. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "{\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}|{\"choices\":[{\"message\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}",
            "{\"choices\":[{\"message\":{\"content\":\"Hi\"},\"delta\":{\"content\":\"Hi\"}}]}"
                    + "|{\"choices\":[{\"message\":{\"content\":\"Hi\"},\"delta\":{},\"finish_reason\":\"stop\"}]}"})
    void whatIsRepeatedIsSaidOnce(String first, String last) {
        Decoded.stream(first + "\n" + last + "\n[DONE]")
                .is("start\n0 text\n0 +Hi\n0 stop\nend end_turn in 50 created 0 read 0 out 1\nstop");
    }

    @Test
    void aRefusalAmongTheParts() {
        String parts = "{\"content\":[{\"type\":\"refusal\",\"refusal\":\"No.\"}]}";
        String expected = "start\n0 text\n0 +No.\n0 stop\nend refusal in 50 created 0 read 0 out 1\nstop";
        Decoded.stream("D " + parts + "\nF stop\n[DONE]").is(expected);
        Decoded.reply("{\"choices\":[{\"message\":" + parts + ",\"finish_reason\":\"stop\"}]}").is(expected);
    }

    private static String call(String arguments) {
        return "D {\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"a\",\"arguments\":\"" + arguments
                + "\"}}]}\n";
    }

    @Test
    void argumentsThatAreNoObject() {
        Decoded.stream(call("x =")
                + "D {\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\" 1\"}}]}\nF tool_calls\n[DONE]")
                .is("""
                    start
                    0 tool_use c a
                    0 +
                    0 +{"_unparsed":"x = 1"}
                    0 stop
                    end tool_use in 50 created 0 read 0 out 1
                    stop
                    """);
    }

    @Test
    void argumentsThatAreAnArray() {
        Decoded.reply(
                "{\"choices\":[{\"message\":{\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"a\",\"arguments\":[1,2]}}]},"
                        + "\"finish_reason\":\"tool_calls\"}]}")
                .is(
                        "start\n0 tool_use c a\n0 +\n0 +{\"_unparsed\":\"[1,2]\"}\n0 stop\nend tool_use in 50 created 0 read 0 out 1\nstop");
    }

    @ParameterizedTest
    @CsvSource({"tool_calls", "stop"})
    void argumentsThatAreCutOffAlthoughTheMessageIsNot(String reason) {
        Decoded decoded = Decoded.stream(call("{\\\"x\\\":\\\"lo") + "F " + reason + "\n[DONE]");
        assertEquals("the arguments of a tool call ended before they were complete", decoded.failure().getMessage());
        assertEquals(502, decoded.failure().status());
        assertTrue(decoded.events().stream()
                .noneMatch(event -> event instanceof dev.caravan.message.MessageEvent.MessageStop));
    }
}
