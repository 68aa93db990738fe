package dev.caravan.provider.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.config.OpenAiOptions;
import dev.caravan.config.OpenAiOptions.MaxTokensField;
import dev.caravan.config.OpenAiOptions.PrematureEnd;
import dev.caravan.message.ApiException;
import dev.caravan.message.EventText;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageJson;
import dev.caravan.provider.ToolNames;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Chunks as the wire has them and the events that come of them. */
class OpenAiStreamTest {
    private static final String CUT_OFF = "the provider's stream ended before the message did";

    /** The events of the Messages API byte for byte; the other tests use a shorter notation. */
    @Test
    void asTheClientSeesIt() {
        Decoded decoded = Decoded
                .stream("""
                    D {"role":"assistant","content":""}
                    D {"content":"Hi"}
                    D {"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"get","arguments":"{\\"a\\":1}"}}]}
                    F tool_calls
                    U {"prompt_tokens":11,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":4}}
                    [DONE]
                    """);
        assertEquals(
                """
                    message_start {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":50,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":1}}}
                    content_block_start {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}
                    content_block_delta {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}
                    content_block_stop {"type":"content_block_stop","index":0}
                    content_block_start {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"call_1","name":"get","input":{}}}
                    content_block_delta {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":""}}
                    content_block_delta {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\\"a\\":1}"}}
                    content_block_stop {"type":"content_block_stop","index":1}
                    message_delta {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":7,"cache_creation_input_tokens":0,"cache_read_input_tokens":4,"output_tokens":7}}
                    message_stop {"type":"message_stop"}""",
                decoded.events().stream().map(OpenAiStreamTest::wire).collect(Collectors.joining("\n")));
    }

    private static String wire(MessageEvent event) {
        return MessageJson.name(event) + " " + new String(MessageJson.data(event), StandardCharsets.UTF_8);
    }

    // -- tool calls ----------------------------------------------------------------------------------------------------

    @Test
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
    @ParameterizedTest
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
        assertEquals("[{\"type\":\"tool_use\",\"id\":\"call_A\",\"name\":\"a\",\"input\":{\"x\":1}},"
                + "{\"type\":\"tool_use\",\"id\":\"call_B\",\"name\":\"b\",\"input\":{\"y\":2}}]",
                content(Decoded.stream(chunks + "\nF tool_calls\n[DONE]")));
    }

    @Test
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

    @ParameterizedTest
    @CsvSource({"call_1,call_1", "functions.Bash:0,functions_Bash_0_a97d15071f75", "Edit:0,Edit_0_51d820248e28"})
    void idsOfTheApisForm(String id, String expected) {
        assertEquals("[{\"type\":\"tool_use\",\"id\":\"" + expected + "\",\"name\":\"a\",\"input\":{}}]",
                content(Decoded.stream("D {\"tool_calls\":[{\"index\":0,\"id\":\"" + id
                        + "\",\"function\":{\"name\":\"a\",\"arguments\":\"\"}}]}\nF tool_calls\n[DONE]")));
    }

    @Test
    void oneIdForTwoCalls() {
        assertEquals("[{\"type\":\"tool_use\",\"id\":\"c\",\"name\":\"a\",\"input\":{}},"
                + "{\"type\":\"tool_use\",\"id\":\"c_2\",\"name\":\"a\",\"input\":{}}]", content(Decoded.stream("""
                    D {"tool_calls":[{"index":0,"id":"c","function":{"name":"a","arguments":"{}"}}]}
                    D {"tool_calls":[{"index":1,"id":"c","function":{"name":"a","arguments":"{}"}}]}
                    F tool_calls
                    [DONE]""")));
    }

    @Test
    void aShortenedNameComesBack() {
        String name = "mcp__" + "n".repeat(70);
        ToolNames names = ToolNames.of(Encoded.decoded(
                "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"tools\":[{\"name\":\""
                        + name + "\",\"input_schema\":{}}]}"));
        String chunks = "D {\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\""
                + names.toProvider(name)
                + "\",\"arguments\":\"{}\"}}]}\nF tool_calls\n[DONE]";
        assertEquals("[{\"type\":\"tool_use\",\"id\":\"c\",\"name\":\"" + name + "\",\"input\":{}}]",
                content(Decoded.stream(chunks, OpenAiOptions.DEFAULT, names)));
    }

    @Test
    void theOlderFormOfACall() {
        assertTrue(content(Decoded.stream("""
            D {"content":null,"function_call":{"name":"a","arguments":""}}
            D {"function_call":{"arguments":"{\\"x\\""}}
            D {"function_call":{"arguments":":1}"}}
            F function_call
            [DONE]""")).matches(
                "\\[\\{\"type\":\"tool_use\",\"id\":\"toolu_\\w{24}\",\"name\":\"a\",\"input\":\\{\"x\":1}}]"));
    }

    @Test
    void aCallThatIsNeverNamedIsAFailure() {
        Decoded.stream("""
            D {"content":"a"}
            D {"tool_calls":[{"index":0,"id":"c","function":{"arguments":"{}"}}]}
            F tool_calls
            [DONE]""").fails("start\n0 text\n0 +a\n0 stop", 502, "api_error",
                "the model called a tool without naming it");
    }

    // -- text, reasoning, refusal --------------------------------------------------------------------------------------

    @Test
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

    @Test
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

    @Test
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

    @ParameterizedTest
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

    @Test
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

    @Test
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

    // -- why it ended --------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"stop,end_turn", "length,max_tokens", "max_tokens,max_tokens", "content_filter,refusal",
            "model_length,model_context_window_exceeded", "eos,end_turn", "something_new,end_turn",
            // there is no call to wait for
            "tool_calls,end_turn", "function_call,end_turn"})
    void stopReasonOfText(String finishReason, String stopReason) {
        assertEquals(stopReason, stopReason(Decoded.stream("D {\"content\":\"x\"}\nF " + finishReason + "\n[DONE]")));
    }

    @ParameterizedTest
    @CsvSource({"stop,tool_use", "tool_calls,tool_use", "function_call,tool_use", "something_new,tool_use",
            "length,max_tokens", "content_filter,refusal"})
    void stopReasonOfACall(String finishReason, String stopReason) {
        assertEquals(stopReason, stopReason(Decoded.stream(
                "D {\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"a\",\"arguments\":\"{}\"}}]}\nF "
                        + finishReason + "\n[DONE]")));
    }

    @Test
    void aCallCutOffByTheLimit() {
        Decoded.stream("""
            D {"tool_calls":[{"index":0,"id":"c","function":{"name":"a","arguments":"{\\"x\\":\\"lo"}}]}
            F length
            [DONE]
            """).is("""
            start
            0 tool_use c a
            0 +
            0 +{"x":"lo
            0 stop
            end max_tokens in 50 created 0 read 0 out 2
            stop
            """);
    }

    @Test
    void aFinishReasonThatIsRepeatedEndsTheMessageOnce() {
        Decoded.stream(
                """
                    D {"content":"x"}
                    F stop
                    F stop
                    {"choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2}}
                    {"choices":[{"index":0,"delta":{"content":"late"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2}}
                    [DONE]
                    [DONE]
                    """)
                .is("start\n0 text\n0 +x\n0 stop\nend end_turn in 5 created 0 read 0 out 2\nstop");
    }

    @Test
    void anEmptyFinishReasonIsNone() {
        Decoded.stream(
                """
                    {"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":""}],"usage":{"prompt_tokens":5,"completion_tokens":1}}
                    {"choices":[{"index":0,"delta":{"content":"y"},"finish_reason":""}],"usage":{"prompt_tokens":5,"completion_tokens":2}}
                    {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}
                    """)
                .is("start\n0 text\n0 +x\n0 +y\n0 stop\nend end_turn in 5 created 0 read 0 out 2\nstop");
    }

    // -- usage ---------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {
            // behind the finish reason
            "D {\"content\":\"x\"}\nF stop\nU %s\n[DONE]", "D {\"content\":\"x\"}\nF stop\nU %s",
            // with it, at the top, in the choice, under Groq's name
            "D {\"content\":\"x\"}\n{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":%s}\n[DONE]",
            "D {\"content\":\"x\"}\n{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\",\"usage\":%s}]}\n[DONE]",
            "D {\"content\":\"x\"}\n{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"x_groq\":{\"id\":\"r\",\"usage\":%s},\"usage\":null}",
            // before it
            "D {\"content\":\"x\"}\nU %s\nF stop\n[DONE]",
            // in every chunk, growing
            "{\"choices\":[{\"delta\":{\"content\":\"x\"}}],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":1}}\n{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":%s}\nU %s"})
    void usageWhereverItComes(String chunks) {
        Decoded.stream(chunks.replace("%s",
                "{\"prompt_tokens\":11,\"completion_tokens\":7,\"total_tokens\":18,\"prompt_tokens_details\":{\"cached_tokens\":4}}"))
                .is("start\n0 text\n0 +x\n0 stop\nend end_turn in 7 created 0 read 4 out 7\nstop");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "{\"prompt_tokens\":20,\"completion_tokens\":5,\"prompt_tokens_details\":{\"cached_tokens\":8,\"cache_write_tokens\":2}} | in 10 created 2 read 8 out 5",
            "{\"prompt_tokens\":20,\"completion_tokens\":5,\"prompt_tokens_details\":null,\"completion_tokens_details\":null} | in 20 created 0 read 0 out 5",
            "{\"prompt_tokens\":20,\"completion_tokens\":5,\"prompt_cache_hit_tokens\":16,\"prompt_cache_miss_tokens\":4} | in 4 created 0 read 16 out 5",
            "{\"prompt_tokens\":20,\"completion_tokens\":5,\"cached_tokens\":16} | in 4 created 0 read 16 out 5",
            // reasoning counted in, and apart
            "{\"prompt_tokens\":20,\"completion_tokens\":30,\"total_tokens\":50,\"completion_tokens_details\":{\"reasoning_tokens\":25}} | in 20 created 0 read 0 out 30",
            "{\"prompt_tokens\":291,\"completion_tokens\":26,\"total_tokens\":513,\"completion_tokens_details\":{\"reasoning_tokens\":196}} | in 291 created 0 read 0 out 222",
            // nonsense
            "{\"prompt_tokens\":3,\"completion_tokens\":1,\"prompt_tokens_details\":{\"cached_tokens\":8}} | in 0 created 0 read 8 out 1",
            "{\"prompt_tokens\":\"3\",\"completion_tokens\":-1.5} | in 50 created 0 read 0 out 2",
            // not told, or in part
            "null | in 50 created 0 read 0 out 2", "{} | in 50 created 0 read 0 out 2",
            "{\"prompt_tokens\":0,\"completion_tokens\":0} | in 50 created 0 read 0 out 2",
            "{\"prompt_tokens\":9} | in 9 created 0 read 0 out 2",
            "{\"completion_tokens\":9} | in 50 created 0 read 0 out 9"})
    void usageInTheApisTerms(String usage, String expected) {
        Decoded.stream("D {\"content\":\"8 bytes!\"}\nF stop\nU " + usage + "\n[DONE]")
                .is("start\n0 text\n0 +8 bytes!\n0 stop\nend end_turn " + expected + "\nstop");
    }

    @Test
    void usageIsNeverZero() {
        Decoded.stream("F stop\n[DONE]").is("start\nend end_turn in 50 created 0 read 0 out 1\nstop");
    }

    // -- when the message ends -----------------------------------------------------------------------------------------

    @Test
    void theEndWaitsForTheUsageAndNotLonger() {
        List<MessageEvent> events = new ArrayList<>();
        OpenAiResponseDecoder decoder = new OpenAiResponseDecoder(events::add, Decoded.OPENING,
                ToolNames.of(Encoded.decoded(
                        "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}")),
                OpenAiOptions.DEFAULT);
        Decoded.feed(decoder, "D {\"role\":\"assistant\",\"content\":\"\"}");
        assertEquals("", EventText.of(events));
        Decoded.feed(decoder, "D {\"content\":\"x\"}");
        assertEquals("start\n0 text\n0 +x", EventText.of(events));
        Decoded.feed(decoder, "F stop");
        assertFalse(decoder.finished());
        Decoded.feed(decoder, "U {\"prompt_tokens\":5,\"completion_tokens\":2}");
        assertTrue(decoder.finished());
        assertEquals("start\n0 text\n0 +x\n0 stop\nend end_turn in 5 created 0 read 0 out 2\nstop",
                EventText.of(events));
    }

    @ParameterizedTest
    @ValueSource(strings = {"F stop", "F stop\n[DONE]", "[DONE]", "\n[DONE]", " [DONE] ", "[DONE]\n{broken"})
    void aMessageThatIsWhole(String ending) {
        Decoded.stream("D {\"content\":\"x\"}\n" + ending)
                .is("start\n0 text\n0 +x\n0 stop\nend end_turn in 50 created 0 read 0 out 1\nstop");
    }

    @Test
    void doneWithoutAFinishReasonBehindACall() {
        Decoded.stream("""
            D {"tool_calls":[{"index":0,"id":"c","function":{"name":"a","arguments":"{}"}}]}
            [DONE]""")
                .is("start\n0 tool_use c a\n0 +\n0 stop\nend tool_use in 50 created 0 read 0 out 1\nstop");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[DONE]", " ", "D {\"role\":\"assistant\",\"content\":\"\"}",
            "D {\"role\":\"assistant\",\"content\":\"\"}\n[DONE]",
            "U {\"prompt_tokens\":5,\"completion_tokens\":0}\n[DONE]", "{}"})
    void aStreamThatSaysNothing(String chunks) {
        Decoded.stream(chunks).fails("", 502, "api_error", CUT_OFF);
        Decoded.stream(chunks, new OpenAiOptions(MaxTokensField.MAX_TOKENS, PrematureEnd.ACCEPT), ToolNames.of(Encoded
                .decoded("{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}")))
                .fails("", 502, "api_error", CUT_OFF);
    }

    @Test
    void aStreamThatJustEnds() {
        String chunks = "D {\"content\":\"x\"}\nU {\"prompt_tokens\":5,\"completion_tokens\":1}";
        Decoded.stream(chunks).fails("start\n0 text\n0 +x", 502, "api_error", CUT_OFF);
        accepting(chunks).is("start\n0 text\n0 +x\n0 stop\nend end_turn in 5 created 0 read 0 out 1\nstop");
    }

    @Test
    void argumentsThatAreCutOffAreNeverWhole() {
        String chunks = "D {\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"a\",\"arguments\":\"{\\\"x\\\":\"}}]}";
        String events = "start\n0 tool_use c a\n0 +\n0 +{\"x\":";
        Decoded.stream(chunks).fails(events, 502, "api_error", CUT_OFF);
        Decoded.stream(chunks + "\n[DONE]").fails(events, 502, "api_error", CUT_OFF);
        accepting(chunks).fails(events, 502, "api_error", CUT_OFF);
    }

    private static Decoded accepting(String chunks) {
        return Decoded.stream(chunks, new OpenAiOptions(MaxTokensField.MAX_TOKENS, PrematureEnd.ACCEPT), ToolNames.of(Encoded
                .decoded("{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}")));
    }

    // -- failures ------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "{\"error\":{\"message\":\"boom\",\"code\":500}} | 502 | api_error | boom",
            "{\"error\":{\"message\":\"slow\",\"code\":429}} | 429 | rate_limit_error | slow",
            "{\"error\":{\"message\":\"slow\",\"code\":\"429\"}} | 429 | rate_limit_error | slow",
            "{\"error\":{\"message\":\"slow\",\"type\":\"tokens\",\"code\":\"rate_limit_exceeded\"}} | 429 | rate_limit_error | slow",
            "{\"error\":{\"message\":\"busy\",\"code\":503}} | 529 | overloaded_error | busy",
            "{\"error\":{\"message\":\"busy\",\"code\":529}} | 529 | overloaded_error | busy",
            "{\"error\":{\"message\":\"busy\",\"type\":\"engine_overloaded_error\"}} | 529 | overloaded_error | busy",
            "{\"error\":{\"message\":\"no\",\"code\":400,\"metadata\":{\"raw\":\"{}\"}}} | 502 | api_error | no",
            "{\"error\":{\"message\":\"no\",\"code\":\"invalid_api_key\"}} | 502 | api_error | no",
            "{\"error\":\"text\"} | 502 | api_error | text",
            "{\"error\":{\"code\":500}} | 502 | api_error | the provider reported an error without a reason",
            "{\"error\":true} | 502 | api_error | the provider reported an error without a reason",
            // beside choices
            "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lost\"},\"finish_reason\":\"error\"}],\"error\":{\"message\":\"gone\",\"code\":429}} | 429 | rate_limit_error | gone",
            "{\"choices\":[{\"index\":0,\"delta\":{},\"error\":{\"message\":\"gone\",\"code\":503}}]} | 529 | overloaded_error | gone",
            "{\"object\":\"error\",\"message\":\"vllm\",\"type\":\"BadRequestError\",\"param\":null,\"code\":400} | 502 | api_error | vllm",
            // by the event's name
            "event: error {\"error\":{\"message\":\"tool\",\"type\":\"invalid_request_error\",\"code\":\"tool_use_failed\",\"status_code\":400}} | 502 | api_error | tool",
            "event: error {\"error\":{\"message\":\"slow\",\"status_code\":429}} | 429 | rate_limit_error | slow",
            "event: error {\"message\":\"flat\",\"code\":503} | 529 | overloaded_error | flat",
            "event: error plain words | 502 | api_error | plain words",
            // a finish reason that is a failure
            "F error | 502 | api_error | the provider reported an error without a reason",
            "F insufficient_system_resource | 529 | overloaded_error | the provider ran out of resources before the message was complete"})
    void aFailureInTheMidst(String line, int status, String type, String message) {
        Decoded.stream("D {\"content\":\"x\"}\n" + line + "\n[DONE]").fails("start\n0 text\n0 +x", status, type,
                message);
        // before anything was said there is no message yet, so that the reply still can have the failure's status
        Decoded.stream("D {\"role\":\"assistant\",\"content\":\"\"}\n" + line + "\n[DONE]").fails("", status, type,
                message);
    }

    @Test
    void aFailureBehindTheFinishReason() {
        Decoded.stream(
                """
                    D {"content":"x"}
                    F length
                    {"error":{"code":400,"message":"Token limit reached"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":null}],"usage":{"prompt_tokens":4,"completion_tokens":1}}
                    [DONE]
                    """)
                .fails("start\n0 text\n0 +x", 502, "api_error", "Token limit reached");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"choices\":[", "nonsense", "[]", "\"text\"", "7", "null", "{} {}", "{}x", "<html>",
            "{\"a\":\u0001}",
            "[DON", "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":99999999999999999999}]}}]}"})
    void whatIsNoChunk(String data) {
        Decoded.stream("D {\"content\":\"x\"}\n" + data + "\n[DONE]").fails("start\n0 text\n0 +x", 502, "api_error",
                "the provider sent an event that is no JSON object");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"choices\":null}", "{\"choices\":{}}", "{\"choices\":[null,1,[]]}",
            "{\"choices\":[{}]}",
            "{\"choices\":[{\"delta\":null,\"finish_reason\":null}]}",
            "{\"choices\":[{\"delta\":\"a\",\"message\":{\"content\":\"cumulated\"}}]}",
            "{\"choices\":[{\"delta\":{\"content\":7,\"reasoning\":{},\"tool_calls\":{},\"function_call\":1,\"reasoning_details\":1}}]}",
            "{\"error\":null,\"choices\":[]}", "{\"error\":{},\"choices\":[]}", "{\"error\":false}", "{\"error\":\"\"}",
            "{\"usage\":7,\"x_groq\":1,\"object\":{}}", "D {\"tool_calls\":[{\"index\":3}]}",
            "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"}},{\"index\":1,\"delta\":{\"content\":\"another\"}}]}"})
    void whatIsPassedOver(String data) {
        Decoded.stream(data + "\nD {\"content\":\"x\"}\n" + data + "\nF stop\n[DONE]")
                .is("start\n0 text\n0 +x\n0 stop\nend end_turn in 50 created 0 read 0 out 1\nstop");
    }

    @Test
    void aKeyInAnErrorsWordsIsNotToldOn() {
        ApiException failure = Decoded.stream("{\"error\":{\"message\":\"bad key sk-proj-abcDEF123456 used\"}}")
                .failure();
        assertEquals("bad key [redacted] used", failure.getMessage());
    }

    // ------------------------------------------------------------------------------------------------------------------

    private static String content(Decoded decoded) {
        String message = decoded.message();
        return message.substring(message.indexOf("\"content\":") + "\"content\":".length(),
                message.indexOf(",\"stop_reason\""));
    }

    private static String stopReason(Decoded decoded) {
        String message = decoded.message();
        return message.replaceAll(".*\"stop_reason\":\"([a-z_]+)\".*", "$1");
    }
}
