package dev.caravan.provider.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.config.OpenAiOptions;
import dev.caravan.message.EventText;
import dev.caravan.provider.ToolNames;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Chunks as the wire has them and the events that come of them. */
class OpenAiStreamTest {
    /** The events of the Messages API byte for byte; the other tests use a shorter notation. */
    @Tag("case-8")
    @Test
    @DisplayName("case 8: a role alone opens nothing; text, a whole call, the reason and the usage as events of the API")
    void asTheClientSeesIt() {
        Decoded decoded = Decoded
                .stream("""
                    D {"role":"assistant","content":""}
                    D {"reasoning_content":"Hm"}
                    D {"content":"Hi"}
                    D {"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"get","arguments":"{\\"a\\":1}"}}]}
                    F tool_calls
                    U {"prompt_tokens":11,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":3}}
                    [DONE]
                    """);
        assertEquals(
                """
                    message_start {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":50,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":1}}}
                    content_block_start {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}
                    content_block_delta {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm"}}
                    content_block_delta {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"caravan:openai"}}
                    content_block_stop {"type":"content_block_stop","index":0}
                    content_block_start {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}
                    content_block_delta {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hi"}}
                    content_block_stop {"type":"content_block_stop","index":1}
                    content_block_start {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"call_1","name":"get","input":{},"caller":{"type":"direct"}}}
                    content_block_delta {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":""}}
                    content_block_delta {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\\"a\\":1}"}}
                    content_block_stop {"type":"content_block_stop","index":2}
                    message_delta {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":7,"cache_creation_input_tokens":0,"cache_read_input_tokens":4,"output_tokens":7,"output_tokens_details":{"thinking_tokens":3}}}
                    message_stop {"type":"message_stop"}""",
                EventText.wire(decoded.events()));
    }

    // -- tool calls ----------------------------------------------------------------------------------------------------

    @Tag("case-1")
    @Test
    @DisplayName("case 1: parallel calls whose fragments interleave are blocks one after the other")
    void parallelCallsWhoseFragmentsInterleave() {
        Decoded.stream("""
            D {"tool_calls":[{"index":0,"id":"call_A","type":"function","function":{"name":"a","arguments":""}}]}
            D {"tool_calls":[{"index":0,"function":{"arguments":"{\\"x\\":"}}]}
            D {"tool_calls":[{"index":1,"id":"call_B","type":"function","function":{"name":"b","arguments":""}}]}
            D {"tool_calls":[{"index":1,"function":{"arguments":"{\\"y\\":"}}]}
            D {"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]}
            D {"tool_calls":[{"index":1,"function":{"arguments":"2}"}}]}
            F tool_calls
            [DONE]
            """).is("""
            start
            0 tool_use call_A a
            0 +
            0 +{"x":
            0 +1}
            0 stop
            1 tool_use call_B b
            1 +
            1 +{"y":
            1 +2}
            1 stop
            end tool_use in 50 created 0 read 0 out 4
            stop
            """);
    }

    /** Two calls, complete or not, however a provider tells them apart: always the same two blocks. */
    @Tag("case-1")
    @ParameterizedTest
    @DisplayName("case 1: two calls however a server numbers, names and cuts them (hazard 8)")
    @ValueSource(strings = {
            // whole, in one chunk
            """
                D {"tool_calls":[{"index":0,"id":"call_A","function":{"name":"a","arguments":"{\\"x\\":1}"}},{"index":1,"id":"call_B","function":{"name":"b","arguments":"{\\"y\\":2}"}}]}""",
            // numbered from 1, and with a gap
            """
                D {"tool_calls":[{"index":1,"id":"call_A","function":{"name":"a","arguments":"{\\"x\\":1}"}}]}
                D {"tool_calls":[{"index":5,"id":"call_B","function":{"name":"b","arguments":"{\\"y\\":2}"}}]}""",
            // all numbered 0
            """
                D {"tool_calls":[{"index":0,"id":"call_A","function":{"name":"a","arguments":"{\\"x\\":1}"}}]}
                D {"tool_calls":[{"index":0,"id":"call_B","function":{"name":"b","arguments":"{\\"y\\":2}"}}]}""",
            // no number: by id, in pieces
            """
                D {"tool_calls":[{"id":"call_A","function":{"name":"a","arguments":""}}]}
                D {"tool_calls":[{"id":"call_A","function":{"arguments":"{\\"x\\":1}"}}]}
                D {"tool_calls":[{"id":"call_B","function":{"name":"b","arguments":""}}]}
                D {"tool_calls":[{"id":"call_B","function":{"arguments":"{\\"y\\":2}"}}]}""",
            // no number, and the id only once: by place
            """
                D {"tool_calls":[{"id":"call_A","function":{"name":"a","arguments":""}},{"id":"call_B","function":{"name":"b","arguments":""}}]}
                D {"tool_calls":[{"function":{"arguments":"{\\"x\\":1}"}},{"function":{"arguments":"{\\"y\\":2}"}}]}""",
            // no number, one after the other, the name repeated
            """
                D {"tool_calls":[{"id":"call_A","function":{"name":"a","arguments":""}}]}
                D {"tool_calls":[{"function":{"name":"a","arguments":"{\\"x\\":1}"}}]}
                D {"tool_calls":[{"id":"call_B","function":{"name":"b","arguments":""}}]}
                D {"tool_calls":[{"function":{"name":"b","arguments":"{\\"y\\":2}"}}]}""",
            // a fresh id in every fragment
            """
                D {"tool_calls":[{"index":0,"id":"call_A","function":{"name":"a"}}]}
                D {"tool_calls":[{"index":0,"id":"call_Z","function":{"arguments":"{\\"x\\":1}"}}]}
                D {"tool_calls":[{"index":1,"id":"call_B","function":{"name":"b"}}]}
                D {"tool_calls":[{"index":1,"id":"call_Y","function":{"arguments":"{\\"y\\":2}"}}]}""",
            // id and name repeated, also as empty strings
            """
                D {"tool_calls":[{"index":0,"id":"call_A","function":{"name":"a","arguments":""}}]}
                D {"tool_calls":[{"index":0,"id":"","type":"function","function":{"name":"","arguments":"{\\"x\\":1}"}}]}
                D {"tool_calls":[{"index":1,"id":"call_B","function":{"name":"b","arguments":""}}]}
                D {"tool_calls":[{"index":1,"id":"call_B","function":{"name":"b","arguments":"{\\"y\\":2}"}}]}
                D {"tool_calls":[{"index":0,"id":"","function":{"name":null,"arguments":""}}]}""",
            // arguments as an object, and null before them
            """
                D {"tool_calls":[{"index":0,"id":"call_A","function":{"name":"a","arguments":null}}]}
                D {"tool_calls":[{"index":0,"function":{"arguments":{"x": 1}}}]}
                D {"tool_calls":[{"index":1,"id":"call_B","function":{"arguments":{"y":2},"name":"b"}}]}""",
            // an empty object before them
            """
                D {"tool_calls":[{"index":0,"id":"call_A","function":{"name":"a","arguments":"{}"}}]}
                D {"tool_calls":[{"index":0,"function":{"arguments":"{\\"x\\":1}"}}]}
                D {"tool_calls":[{"index":1,"id":"call_B","function":{"name":"b","arguments":{}}}]}
                D {"tool_calls":[{"index":1,"function":{"arguments":"{\\"y\\":2}"}}]}""",
            // the name comes late, and all arguments once more at the end
            """
                D {"tool_calls":[{"index":0,"function":{"arguments":"{\\"x\\":1}"}}]}
                D {"tool_calls":[{"index":0,"id":"call_A","function":{"name":"a"}}]}
                D {"tool_calls":[{"index":1,"id":"call_B","function":{"name":"b","arguments":"{\\"y\\":2}"}}]}
                D {"tool_calls":[{"index":1,"id":"call_B","function":{"name":"b","arguments":"{\\"y\\":2}"}}]}""",
            // an entry that says nothing
            """
                D {"tool_calls":[{"index":9},null,{"index":0,"id":"call_A","function":{"name":"a","arguments":"{\\"x\\":1}"}}]}
                D {"tool_calls":[{"index":1,"id":"call_B","function":{"name":"b","arguments":"{\\"y\\":2}"}}]}
                D {"tool_calls":[]}
                D {"tool_calls":null}"""})
    void twoCalls(String chunks) {
        assertEquals(
                "[{\"type\":\"tool_use\",\"id\":\"call_A\",\"name\":\"a\",\"input\":{\"x\":1},\"caller\":{\"type\":\"direct\"}},"
                        + "{\"type\":\"tool_use\",\"id\":\"call_B\",\"name\":\"b\",\"input\":{\"y\":2},\"caller\":{\"type\":\"direct\"}}]",
                content(Decoded.stream(chunks + "\nF tool_calls\n[DONE]")));
    }

    @Tag("case-1")
    @Test
    @DisplayName("case 1: calls without number and id are two when each is complete")
    void callsWithoutNumberAndIdAreTwoWhenEachIsComplete() {
        String events = EventText.of(Decoded.stream("""
            D {"tool_calls":[{"function":{"name":"a","arguments":"{\\"x\\":1}"}}]}
            D {"tool_calls":[{"function":{"name":"a","arguments":"{\\"x\\":2}"}}]}
            F stop
            [DONE]
            """).events());
        assertTrue(events.matches("""
            start
            0 tool_use toolu_\\w{24} a
            0 \\+
            0 \\+\\{"x":1}
            0 stop
            1 tool_use toolu_\\w{24} a
            1 \\+
            1 \\+\\{"x":2}
            1 stop
            end tool_use .*
            stop"""), events);
    }

    @Tag("case-10")
    @ParameterizedTest
    @DisplayName("case 10: ids that the API refuses are mapped, conforming ones stay")
    @CsvSource({"call_1,call_1", "functions.Bash:0,functions_Bash_0_a97d15071f75", "Edit:0,Edit_0_51d820248e28"})
    void idsOfTheApisForm(String id, String expected) {
        assertEquals(
                "[{\"type\":\"tool_use\",\"id\":\"" + expected
                        + "\",\"name\":\"a\",\"input\":{},\"caller\":{\"type\":\"direct\"}}]",
                content(Decoded.stream("D {\"tool_calls\":[{\"index\":0,\"id\":\"" + id
                        + "\",\"function\":{\"name\":\"a\",\"arguments\":\"\"}}]}\nF tool_calls\n[DONE]")));
    }

    @Tag("case-10")
    @Test
    @DisplayName("case 10: the same id twice")
    void oneIdForTwoCalls() {
        assertEquals(
                "[{\"type\":\"tool_use\",\"id\":\"c\",\"name\":\"a\",\"input\":{},\"caller\":{\"type\":\"direct\"}},"
                        + "{\"type\":\"tool_use\",\"id\":\"c_2\",\"name\":\"a\",\"input\":{},\"caller\":{\"type\":\"direct\"}}]",
                content(Decoded.stream("""
                    D {"tool_calls":[{"index":0,"id":"c","function":{"name":"a","arguments":"{}"}}]}
                    D {"tool_calls":[{"index":1,"id":"c","function":{"name":"a","arguments":"{}"}}]}
                    F tool_calls
                    [DONE]""")));
    }

    @Tag("case-10")
    @Test
    @DisplayName("case 10: a shortened name comes back")
    void aShortenedNameComesBack() {
        String name = "mcp__" + "n".repeat(70);
        ToolNames names = ToolNames.of(Encoded.decoded(
                "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"tools\":[{\"name\":\""
                        + name + "\",\"input_schema\":{}}]}"));
        String chunks = "D {\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\""
                + names.toProvider(name)
                + "\",\"arguments\":\"{}\"}}]}\nF tool_calls\n[DONE]";
        assertEquals(
                "[{\"type\":\"tool_use\",\"id\":\"c\",\"name\":\"" + name
                        + "\",\"input\":{},\"caller\":{\"type\":\"direct\"}}]",
                content(Decoded.stream(chunks, OpenAiOptions.DEFAULT, names)));
    }

    @Tag("case-2")
    @Test
    @DisplayName("case 2: the older form of a call, function_call")
    void theOlderFormOfACall() {
        assertTrue(content(Decoded.stream("""
            D {"content":null,"function_call":{"name":"a","arguments":""}}
            D {"function_call":{"arguments":"{\\"x\\""}}
            D {"function_call":{"arguments":":1}"}}
            F function_call
            [DONE]""")).matches(
                "\\[\\{\"type\":\"tool_use\",\"id\":\"toolu_\\w{24}\",\"name\":\"a\",\"input\":\\{\"x\":1},\"caller\":\\{\"type\":\"direct\"}}]"));
    }

    @Tag("case-1")
    @Test
    @DisplayName("case 1: a call that is never named is a failure")
    void aCallThatIsNeverNamedIsAFailure() {
        Decoded.stream("""
            D {"content":"a"}
            D {"tool_calls":[{"index":0,"id":"c","function":{"arguments":"{}"}}]}
            F tool_calls
            [DONE]""").fails("start\n0 text\n0 +a\n0 stop", 502, "api_error",
                "the model called a tool without naming it");
    }

    // -- text, reasoning, refusal --------------------------------------------------------------------------------------

    @Tag("case-8")
    @Test
    @DisplayName("case 8d: empty text opens no block")
    void textOpensNothingUntilThereIsSome() {
        Decoded.stream("""
            D {"role":"assistant","content":""}
            D {"role":"assistant","content":null,"refusal":null,"tool_calls":null,"annotations":[]}
            D {"content":"Hel"}
            D {"content":""}
            D {"content":"lo"}
            F stop
            [DONE]
            """).is("""
            start
            0 text
            0 +Hel
            0 +lo
            0 stop
            end end_turn in 50 created 0 read 0 out 1
            stop
            """);
    }

    @Tag("case-8")
    @Test
    @DisplayName("case 8a: text, finish reason and usage in one chunk")
    void everythingInOneChunk() {
        Decoded.stream(
                """
                    {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}
                    [DONE]
                    """)
                .is("""
                    start
                    0 text
                    0 +Hi
                    0 stop
                    end end_turn in 3 created 0 read 0 out 1
                    stop
                    """);
    }

    @Tag("case-1")
    @Tag("case-8")
    @Test
    @DisplayName("cases 1d, 8b, 8c: a call behind text with arguments in its first chunk")
    void aCallBehindTextWithArgumentsInItsFirstChunk() {
        Decoded.stream("""
            D {"content":"I look."}
            D {"tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"a","arguments":"{\\"x\\":1}"}}]}
            D {"content":"And then"}
            F tool_calls
            [DONE]
            """).is("""
            start
            0 text
            0 +I look.
            0 stop
            1 tool_use c a
            1 +
            1 +{"x":1}
            1 stop
            2 text
            2 +And then
            2 stop
            end tool_use in 50 created 0 read 0 out 5
            stop
            """);
    }

    @Tag("case-3")
    @ParameterizedTest
    @DisplayName("case 3: reasoning in its four shapes")
    @ValueSource(strings = {
            "D {\"reasoning_content\":\"a\"}\nD {\"reasoning_content\":\"b\",\"content\":null}\nD {\"content\":\"x\",\"reasoning_content\":null}",
            "D {\"reasoning\":\"a\"}\nD {\"reasoning\":\"b\",\"channel\":\"analysis\"}\nD {\"content\":\"x\"}",
            // the answer and the reasoning in one chunk, whichever comes first in it
            "D {\"reasoning_content\":\"a\"}\nD {\"content\":\"x\",\"reasoning_content\":\"b\"}",
            // the same under two names, or three
            "D {\"reasoning\":\"a\",\"reasoning_content\":\"a\"}\nD {\"reasoning\":\"b\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"b\",\"index\":0}]}\nD {\"content\":\"x\"}",
            "D {\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"a\"}]}\nD {\"reasoning_details\":[{\"type\":\"reasoning.summary\",\"summary\":\"b\"},{\"type\":\"reasoning.encrypted\",\"data\":\"zz\"}]}\nD {\"content\":\"x\"}",
            // content in parts
            "D {\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"a\"}]}]}\nD {\"content\":[{\"type\":\"thinking\",\"thinking\":\"b\",\"closed\":true}]}\nD {\"content\":[{\"type\":\"text\",\"text\":\"x\"}]}",
            "D {\"content\":[{\"thinking\":[{\"text\":\"a\",\"type\":\"text\"}],\"type\":\"thinking\"}]}\nD {\"content\":[{\"type\":\"reasoning\",\"text\":\"b\"},{\"type\":\"text\",\"text\":\"x\"},{\"type\":\"reference\",\"reference_ids\":[1]},7]}"})
    void reasoningBeforeTheAnswer(String chunks) {
        Decoded.stream(chunks + "\nF stop\n[DONE]").is("""
            start
            0 thinking
            0 +a
            0 +b
            0 signature caravan:openai
            0 stop
            1 text
            1 +x
            1 stop
            end end_turn in 50 created 0 read 0 out 1
            stop
            """);
    }

    @Tag("case-3")
    @Test
    @DisplayName("case 3: text, reasoning, text are three blocks")
    void reasoningBetweenTexts() {
        Decoded.stream("""
            D {"content":"a"}
            D {"reasoning":"b"}
            D {"content":"c"}
            F stop
            [DONE]
            """).is("""
            start
            0 text
            0 +a
            0 stop
            1 thinking
            1 +b
            1 signature caravan:openai
            1 stop
            2 text
            2 +c
            2 stop
            end end_turn in 50 created 0 read 0 out 1
            stop
            """);
    }

    @Tag("case-2")
    @Test
    @DisplayName("case 2: a refusal is text and a reason")
    void aRefusalIsTextAndAReason() {
        Decoded.stream("""
            D {"role":"assistant","content":"","refusal":null}
            D {"refusal":"I cannot"}
            D {"refusal":" do that."}
            F stop
            [DONE]
            """).is("""
            start
            0 text
            0 +I cannot
            0 + do that.
            0 stop
            end refusal in 50 created 0 read 0 out 4
            stop
            """);
    }

    // ------------------------------------------------------------------------------------------------------------------

    private static String content(Decoded decoded) {
        String message = decoded.message();
        return message.substring(message.indexOf("\"content\":") + "\"content\":".length(),
                message.indexOf(",\"stop_reason\""));
    }
}
