package dev.caravan.provider.bedrock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.EventText;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.MessageDelta;
import dev.caravan.provider.ToolNames;
import dev.caravan.testkit.AwsFrames;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams of Converse, from their bytes to the events of the Messages API. */
class ConverseStreamTest {
    private static final String USAGE = "metadata {\"metrics\":{\"latencyMs\":700},\"p\":\"abcdef\",\"usage\":"
            + "{\"inputTokens\":7,\"outputTokens\":9,\"totalTokens\":20,\"cacheReadInputTokens\":4,"
            + "\"cacheWriteInputTokens\":2,\"cacheDetails\":[{\"ttl\":\"5m\",\"inputTokens\":2}]}}";
    private static final String TEXT = """
        messageStart {"p":"abcd","role":"assistant"}
        contentBlockDelta {"contentBlockIndex":0,"delta":{"text":"Hel"},"p":"abcdefghij"}
        contentBlockDelta {"contentBlockIndex":0,"delta":{"text":"lo 你好🎉"},"p":"ab"}
        contentBlockStop {"contentBlockIndex":0,"p":"abcdefgh"}
        messageStop {"p":"abc","stopReason":"end_turn"}
        """ + USAGE;
    private static final String THINKING_AND_TOOLS = """
        messageStart {"role":"assistant"}
        contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"let me"}}}
        contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"text":" see"}}}
        contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"EqQB"}}}
        contentBlockStop {"contentBlockIndex":0}
        contentBlockDelta {"contentBlockIndex":1,"delta":{"text":"I look."}}
        contentBlockStop {"contentBlockIndex":1}
        contentBlockStart {"contentBlockIndex":2,"start":{"toolUse":{"name":"a","toolUseId":"tooluse_1"}}}
        contentBlockDelta {"contentBlockIndex":2,"delta":{"toolUse":{"input":""}}}
        contentBlockDelta {"contentBlockIndex":2,"delta":{"toolUse":{"input":"{\\"x\\":"}}}
        contentBlockDelta {"contentBlockIndex":2,"delta":{"toolUse":{"input":"1}"}}}
        contentBlockStop {"contentBlockIndex":2}
        contentBlockStart {"contentBlockIndex":3,"start":{"toolUse":{"name":"b","toolUseId":"tooluse_2"}}}
        contentBlockStop {"contentBlockIndex":3}
        messageStop {"stopReason":"tool_use"}
        """ + USAGE;
    private static final String END = "end end_turn in 7 created 2 read 4 out 9\nstop";

    static Stream<Arguments> streams() {
        return Stream.of(Arguments.of("text, whose block has no start", TEXT, """
            start
            0 text
            0 +Hel
            0 +lo 你好🎉
            0 stop
            """ + END), Arguments.of("thinking with a signature, text, two calls", THINKING_AND_TOOLS, """
            start
            0 thinking
            0 +let me
            0 + see
            0 signature EqQB
            0 stop
            1 text
            1 +I look.
            1 stop
            2 tool_use tooluse_1 a
            2 +
            2 +{"x":
            2 +1}
            2 stop
            3 tool_use tooluse_2 b
            3 +
            3 stop
            """ + END.replace("end_turn", "tool_use")),
                Arguments.of("an empty block of text is none, and the next has its number", """
                    messageStart {"role":"assistant"}
                    contentBlockDelta {"contentBlockIndex":0,"delta":{"text":""}}
                    contentBlockStop {"contentBlockIndex":0}
                    contentBlockStart {"contentBlockIndex":1,"start":{"toolUse":{"name":"a","toolUseId":"t"}}}
                    contentBlockDelta {"contentBlockIndex":1,"delta":{"toolUse":{"input":"{}"}}}
                    contentBlockStop {"contentBlockIndex":1}
                    messageStop {"stopReason":"tool_use"}
                    """ + USAGE, """
                    start
                    0 tool_use t a
                    0 +
                    0 stop
                    """ + END.replace("end_turn", "tool_use")),
                Arguments.of("the usage before the end", USAGE + "\n" + """
                    contentBlockDelta {"contentBlockIndex":0,"delta":{"text":"a"}}
                    messageStop {"stopReason":"end_turn"}
                    """, "start\n0 text\n0 +a\n0 stop\n" + END),
                Arguments.of("no usage at all: estimated, never nothing", """
                    contentBlockDelta {"contentBlockIndex":0,"delta":{"text":"twelve chars"}}
                    messageStop {"stopReason":"end_turn"}
                    """, "start\n0 text\n0 +twelve chars\n0 stop\nend end_turn in 50 created 0 read 0 out 3\nstop"),
                Arguments.of("nothing but an end", "messageStop {\"stopReason\":\"end_turn\"}\n" + USAGE,
                        "start\n" + END),
                Arguments.of("the index behind the delta, unknown fields, events and usage",
                        """
                            initial-response {}
                            somethingNew {"a":[1,{"b":2}]}
                            contentBlockDelta {"delta":{"text":"a"},"new":{"c":[]},"contentBlockIndex":0}
                            messageStop {"stopReason":"end_turn","additionalModelResponseFields":null}
                            metadata {"usage":{"inputTokens":7,"outputTokens":9,"cacheReadInputTokenCount":4,"cacheWriteInputTokenCount":2,"new":[]}}
                            """,
                        "start\n0 text\n0 +a\n0 stop\n" + END),
                Arguments.of("redacted thinking, a signature in two pieces, unsigned thinking", """
                    contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"redactedContent":"b64="}}}
                    contentBlockStop {"contentBlockIndex":0}
                    contentBlockDelta {"contentBlockIndex":1,"delta":{"reasoningContent":{"text":"a"}}}
                    contentBlockDelta {"contentBlockIndex":1,"delta":{"reasoningContent":{"signature":"Eq"}}}
                    contentBlockDelta {"contentBlockIndex":1,"delta":{"reasoningContent":{"signature":"QB"}}}
                    contentBlockStop {"contentBlockIndex":1}
                    contentBlockDelta {"contentBlockIndex":2,"delta":{"reasoningContent":{"text":"b"}}}
                    contentBlockStop {"contentBlockIndex":2}
                    contentBlockDelta {"contentBlockIndex":3,"delta":{"text":"c"}}
                    messageStop {"stopReason":"end_turn"}
                    """ + USAGE, """
                    start
                    0 redacted_thinking b64=
                    0 stop
                    1 thinking
                    1 +a
                    1 signature EqQB
                    1 stop
                    2 thinking
                    2 +b
                    2 signature caravan:bedrock
                    2 stop
                    3 text
                    3 +c
                    3 stop
                    """ + END),
                Arguments.of("fragments of two calls in turns", """
                    contentBlockStart {"contentBlockIndex":0,"start":{"toolUse":{"name":"a","toolUseId":"A"}}}
                    contentBlockStart {"contentBlockIndex":1,"start":{"toolUse":{"name":"b","toolUseId":"B"}}}
                    contentBlockDelta {"contentBlockIndex":0,"delta":{"toolUse":{"input":"{\\"x\\":"}}}
                    contentBlockDelta {"contentBlockIndex":1,"delta":{"toolUse":{"input":"{\\"y\\":"}}}
                    contentBlockDelta {"contentBlockIndex":0,"delta":{"toolUse":{"input":"1}"}}}
                    contentBlockDelta {"contentBlockIndex":1,"delta":{"toolUse":{"input":"2}"}}}
                    messageStop {"stopReason":"tool_use"}
                    """ + USAGE, """
                    start
                    0 tool_use A a
                    0 +
                    0 +{"x":
                    0 +1}
                    0 stop
                    1 tool_use B b
                    1 +
                    1 +{"y":
                    1 +2}
                    1 stop
                    """ + END.replace("end_turn", "tool_use")),
                Arguments.of("an id that the Messages API does not take", """
                    contentBlockStart {"contentBlockIndex":0,"start":{"toolUse":{"name":"a","toolUseId":"a.b:c"}}}
                    messageStop {"stopReason":"tool_use"}
                    """ + USAGE, "start\n0 tool_use a_b_c_b2a25f70f5cf a\n0 +\n0 stop\n" + END.replace("end_turn",
                        "tool_use")),
                Arguments.of("what cites its sources is text",
                        """
                            contentBlockDelta {"contentBlockIndex":0,"delta":{"text":"a"}}
                            contentBlockDelta {"contentBlockIndex":0,"delta":{"citation":{"title":"t","sourceContent":[{"text":"x"}]}}}
                            messageStop {"stopReason":"end_turn"}
                            """ + USAGE,
                        "start\n0 text\n0 +a\n0 stop\n" + END));
    }

    @Tag("case-1")
    @Tag("case-3")
    @Tag("case-5")
    @Tag("case-8")
    @Tag("case-10")
    @Tag("case-21")
    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void aStreamMeansTheSameHoweverItIsCut(String what, String lines, String expected) {
        byte[] bytes = AwsFrames.stream(lines);
        Converse whole = Converse.stream(bytes, at -> Integer.MAX_VALUE);
        whole.is(expected);
        Converse.stream(bytes, at -> 1).is(expected);
        for (int cut = 1; cut < bytes.length; cut++) {
            int first = cut;
            assertEquals(whole.events(), Converse.stream(bytes, at -> at == 0 ? first : bytes.length).events(),
                    () -> "cut at " + first);
        }
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            assertEquals(whole.events(), Converse.stream(bytes, at -> 1 + random.nextInt(90)).events());
        }
    }

    @Tag("case-7")
    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void aStreamThatEndsTooEarlyIsAnErrorWhereverItEnds(String what, String lines, String expected) {
        byte[] bytes = AwsFrames.stream(lines);
        int whole = lengthOfWhatIsWhole(lines);
        for (int end = 0; end < whole; end++) {
            Converse cut = Converse.stream(Arrays.copyOf(bytes, end), at -> Integer.MAX_VALUE);
            assertNotNull(cut.failure(), "no failure when it ends at " + end);
            assertEquals(502, cut.failure().status());
            assertTrue(cut.events().stream().noneMatch(MessageDelta.class::isInstance), "ended well at " + end);
        }
    }

    /** Behind the frame with the stop reason a message is whole, even when the usage does not come any more. */
    private static int lengthOfWhatIsWhole(String lines) {
        int end = lines.indexOf('\n', lines.indexOf("messageStop")) + 1;
        return AwsFrames.stream(end == 0 ? lines : lines.substring(0, end)).length;
    }

    @Tag("case-5")
    @Tag("case-7")
    @Test
    void theUsageMayBeCutOff() {
        String end = TEXT.substring(0, TEXT.indexOf("metadata"));
        assertNull(Converse.stream(end).failure());
        byte[] bytes = AwsFrames.stream(TEXT);
        assertEquals("damaged", Converse.stream(Arrays.copyOf(bytes, bytes.length - 1), at -> 1_000).failure()
                .getMessage());
    }

    @Tag("case-7")
    @Test
    void aFlippedBitIsAnErrorWhereverItIs() {
        byte[] bytes = AwsFrames.stream(TEXT);
        for (int at = 0; at < bytes.length; at++) {
            byte[] damaged = bytes.clone();
            damaged[at] ^= (byte) (1 << at % 8);
            Converse read = Converse.stream(damaged, i -> Integer.MAX_VALUE);
            assertNotNull(read.failure(), "byte " + at);
            assertTrue(read.events().stream().noneMatch(MessageDelta.class::isInstance));
        }
    }

    @Tag("case-7")
    @Test
    void aLengthThatIsWrongIsNotWaitedFor() {
        byte[] bytes = AwsFrames.stream(TEXT);
        bytes[1] = 0x7f; // eight megabytes, if the checksum were not looked at
        Converse.stream(bytes, at -> 12).fails("", 502, "api_error", "damaged");
    }

    @Tag("case-2")
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        end_turn                      | end_turn
        max_tokens                    | max_tokens
        stop_sequence                 | end_turn
        model_context_window_exceeded | model_context_window_exceeded
        guardrail_intervened          | refusal
        content_filtered              | refusal
        tool_use                      | end_turn
        """)
    void stopReasons(String told, String expected) {
        Converse.stream("contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"text\":\"a\"}}\nmessageStop "
                + "{\"stopReason\":\"" + told + "\"}\n" + USAGE)
                .is("start\n0 text\n0 +a\n0 stop\n" + END.replace("end_turn", expected));
    }

    @Test
    void aStopReasonThatIsNotKnownIsAFailure() {
        Converse.stream("contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"text\":\"a\"}}\nmessageStop "
                + "{\"stopReason\":\"something_new\"}\n" + USAGE).fails("start\n0 text\n0 +a", 502, "api_error",
                        "the provider ended the message for a reason that is not known: something_new");
    }

    @Tag("case-2")
    @ParameterizedTest
    @CsvSource({"end_turn, tool_use", "tool_use, tool_use", "max_tokens, max_tokens"})
    void stopReasonsBehindACall(String told, String expected) {
        Converse.stream("contentBlockStart {\"contentBlockIndex\":0,\"start\":{\"toolUse\":{\"name\":\"a\","
                + "\"toolUseId\":\"t\"}}}\nmessageStop {\"stopReason\":\"" + told + "\"}\n" + USAGE)
                .is("start\n0 tool_use t a\n0 +\n0 stop\n" + END.replace("end_turn", expected));
    }

    @Tag("case-2")
    @ParameterizedTest
    @ValueSource(strings = {"malformed_model_output", "malformed_tool_use"})
    void outputThatIsNotWellFormedIsAnError(String reason) {
        Converse.stream("contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"text\":\"a\"}}\nmessageStop "
                + "{\"stopReason\":\"" + reason + "\"}\n" + USAGE).fails("start\n0 text\n0 +a", 502, "api_error",
                        "the model's output was not well-formed: " + reason);
    }

    @Tag("case-2")
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        {"stopReason":"stop_sequence","additionalModelResponseFields":{"stop_sequence":"END"}} | END,STOP | END
        {"stopReason":"stop_sequence"}                                                          | END      | END
        {"stopReason":"stop_sequence"}                                                          | END,STOP | -
        {"stopReason":"end_turn","additionalModelResponseFields":{"stop_sequence":"END"}}      | END      | -
        """)
    void theStopSequenceThatWasMet(String stop, String asked, String told) {
        List<MessageEvent> events = new ArrayList<>();
        Converse.read(AwsFrames.stream("messageStop " + stop), at -> 100,
                Converse.decoder(events, Converse.CLAUDE, asked.split(",")), events);
        MessageDelta delta = (MessageDelta) events.get(events.size() - 2);
        assertEquals(told, delta.stopSequence());
    }

    @Test
    void aRefusedCredentialInAStream() {
        Converse.stream("!accessDeniedException {\"message\":\"User: arn:aws:iam::123456789012:user/x may not\"}")
                .fails("", 502, "api_error", "the provider refused the gateway's credential (accessDeniedException)");
    }

    @Tag("case-7")
    @Tag("case-15")
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        throttlingException         | 429 | rate_limit_error
        serviceUnavailableException | 529 | overloaded_error
        internalServerException     | 502 | api_error
        modelStreamErrorException   | 502 | api_error
        modelTimeoutException       | 504 | timeout_error
        validationException         | 400 | invalid_request_error
        somethingNewException       | 502 | api_error
        """)
    void exceptionsInAStream(String type, int status, String error) {
        String exception = "!" + type + " {\"message\":\"because\",\"originalStatusCode\":500}";
        Converse.stream("messageStart {\"role\":\"assistant\"}\n" + exception).fails("", status, error, "because");
        Converse.stream("contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"text\":\"a\"}}\n" + exception)
                .fails("start\n0 text\n0 +a", status, error, "because");
    }

    @Tag("case-7")
    @Test
    void errorsWithoutAModelOfTheirOwn() {
        Converse.stream(AwsFrames.error("InternalFailure", "it broke"), at -> 1).fails("", 502, "api_error",
                "it broke");
        Converse.stream("!internalServerException {}").fails("", 502, "api_error",
                "the provider broke off its stream: internalServerException");
        Converse.stream("!internalServerException <html>").fails("", 502, "api_error",
                "the provider broke off its stream: internalServerException");
    }

    @Tag("case-7")
    @ParameterizedTest
    @ValueSource(strings = {"contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"text\":\"a\"", "messageStop []",
            "contentBlockDelta null", "metadata {", "contentBlockStart {\"start\":{\"toolUse\":1}}"})
    void whatIsNotTheJsonOfAnEventIsAnError(String line) {
        Converse.stream(line).fails("", 502, "api_error", "damaged");
    }

    @Tag("case-7")
    @ParameterizedTest
    @ValueSource(strings = {"contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"image\":{\"source\":{}}}}",
            "contentBlockStart {\"contentBlockIndex\":0,\"start\":{\"image\":{\"format\":\"png\"}}}"})
    void whatTheMessagesApiHasNothingForIsAnError(String line) {
        Converse.stream(line).fails("", 502, "api_error",
                "the model answered with a block of kind \"image\", which the Messages API has nothing for");
    }

    @Tag("case-7")
    @Test
    void frameTypesThatNobodyKnowsAreErrors() {
        byte[] frame = AwsFrames.frame("{}", ":message-type", "other");
        Converse.stream(frame, at -> 1).fails("", 502, "api_error", "damaged");
        Converse.stream(AwsFrames.frame("{}"), at -> 1).fails("", 502, "api_error", "damaged");
    }

    @Tag("case-7")
    @Test
    void whatFollowsTheEndIsNotLookedAt() {
        Converse.stream(TEXT + "\ncontentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"text\":\"more\"}}")
                .is("start\n0 text\n0 +Hel\n0 +lo 你好🎉\n0 stop\n" + END);
    }

    @Tag("case-10")
    @Test
    void aNameThatWasShortenedComesBackWhole() {
        String name = "mcp__" + "a".repeat(70);
        ToolNames names = ToolNames.of(Converse.decoded("{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":"
                + "\"user\",\"content\":\"a\"}],\"tools\":[{\"name\":\"" + name
                + "\",\"input_schema\":{\"type\":\"object\"}}]}"));
        List<MessageEvent> events = new ArrayList<>();
        ConverseResponseDecoder decoder = new ConverseResponseDecoder(events::add, Converse.OPENING, names,
                new ModelId(Converse.NOVA), List.of());
        Converse.read(AwsFrames.stream("contentBlockStart {\"contentBlockIndex\":0,\"start\":{\"toolUse\":{\"name\":\""
                + names.toProvider(name) + "\",\"toolUseId\":\"t\"}}}\nmessageStop {\"stopReason\":\"tool_use\"}\n"
                + USAGE), at -> 7, decoder, events)
                .is("start\n0 tool_use t " + name + "\n0 +\n0 stop\n" + END.replace("end_turn", "tool_use"));
    }

    @Tag("case-4")
    @Test
    void theSignatureOfAnotherVendorIsMarked() {
        List<MessageEvent> events = new ArrayList<>();
        Converse.read(AwsFrames.stream("""
            contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"a"}}}
            contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"sig"}}}
            messageStop {"stopReason":"end_turn"}
            """ + USAGE), at -> 7, Converse.decoder(events, Converse.NOVA), events)
                .is("start\n0 thinking\n0 +a\n0 signature caravan:bedrock:sig\n0 stop\n" + END);
    }

    /** Bytes as they were once written, so that encoder and decoder cannot be wrong together. */
    @Tag("case-21")
    @Test
    void framesThatWereKept() throws IOException {
        try (InputStream kept = ConverseStreamTest.class.getResourceAsStream("/bedrock/converse.eventstream")) {
            byte[] bytes = kept.readAllBytes();
            String expected = streams().toList().get(1).get()[2].toString();
            Converse.stream(bytes, at -> 1).is(expected);
            assertEquals(EventText.of(Converse.stream(bytes, at -> 4096).events()), expected.strip());
        }
    }
}
