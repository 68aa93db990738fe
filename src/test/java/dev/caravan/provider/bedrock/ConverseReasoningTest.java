package dev.caravan.provider.bedrock;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reasoning that comes with a signature and little else: without it the model does not take its own words back. */
class ConverseReasoningTest {
    private static final String END = "messageStop {\"stopReason\":\"end_turn\"}\n"
            + "metadata {\"usage\":{\"inputTokens\":7,\"outputTokens\":9}}";

    private static String reasoning(int index, String piece) {
        return "contentBlockDelta {\"contentBlockIndex\":" + index + ",\"delta\":{\"reasoningContent\":{" + piece
                + "}}}\n";
    }

    @Test
    void aSignatureOfReasoningThatIsNotShown() {
        Converse.stream(reasoning(0, "\"text\":\"\"") + reasoning(0, "\"signature\":\"EqQ\"")
                + reasoning(0, "\"signature\":\"BCg\"") + "contentBlockStop {\"contentBlockIndex\":0}\n"
                + "contentBlockDelta {\"contentBlockIndex\":1,\"delta\":{\"text\":\"Hi\"}}\n" + END).is("""
                    start
                    0 thinking
                    0 signature EqQBCg
                    0 stop
                    1 text
                    1 +Hi
                    1 stop
                    end end_turn in 7 created 0 read 0 out 9
                    stop
                    """);
    }

    @Test
    void twoBlocksOfReasoningOfWhichTheSecondIsNotShown() {
        Converse.stream(reasoning(0, "\"text\":\"hm\"") + reasoning(0, "\"signature\":\"A\"")
                + reasoning(1, "\"signature\":\"B\"") + END).is("""
                    start
                    0 thinking
                    0 +hm
                    0 signature A
                    0 stop
                    1 thinking
                    1 signature B
                    1 stop
                    end end_turn in 7 created 0 read 0 out 9
                    stop
                    """);
    }

    @Test
    void theSameInAWholeReply() {
        Converse.reply(
                "{\"usage\":{\"inputTokens\":7,\"outputTokens\":9},\"stopReason\":\"end_turn\",\"output\":{\"message\":"
                        + "{\"content\":[{\"reasoningContent\":{\"reasoningText\":{\"text\":\"\",\"signature\":\"EqQB\"}}},"
                        + "{\"text\":\"Hi\"}]}}}")
                .is("""
                    start
                    0 thinking
                    0 signature EqQB
                    0 stop
                    1 text
                    1 +Hi
                    1 stop
                    end end_turn in 7 created 0 read 0 out 9
                    stop
                    """);
    }

    @Test
    void aSignatureWithoutEnd() {
        String piece = reasoning(0, "\"signature\":\"" + "x".repeat(400_000) + "\"");
        Converse.stream(piece + piece + piece).fails("start", 502, "api_error",
                "the provider sent a signature of more than 1048576 bytes");
    }

    @Test
    void anInputThatIsAnArrayIsNotLost() {
        Converse.reply(
                "{\"output\":{\"message\":{\"content\":[{\"toolUse\":{\"toolUseId\":\"t\",\"name\":\"f\",\"input\":[1, 2]}}]}},"
                        + "\"stopReason\":\"tool_use\",\"usage\":{\"inputTokens\":7,\"outputTokens\":9}}")
                .is(
                        "start\n0 tool_use t f\n0 +\n0 +{\"_unparsed\":\"[1, 2]\"}\n0 stop\nend tool_use in 7 created 0 read 0 out 9\nstop");
    }

    /** The usage may stand before what it counts. */
    @Test
    void tokensThatAreNotTold() {
        Converse converse = Converse
                .reply("{\"usage\":{\"inputTokens\":7},\"stopReason\":\"end_turn\",\"output\":{\"message\":"
                        + "{\"content\":[{\"text\":\"" + "12345678".repeat(5) + "\"}]}}}");
        assertEquals("end end_turn in 7 created 0 read 0 out 10\nstop",
                dev.caravan.message.EventText.of(converse.events().subList(4, 6)));
    }

    @Tag("case-4")
    @ParameterizedTest
    @DisplayName("case 4: reasoning that other vendors' models signed stays apart, block by block, and so does what is encrypted")
    @CsvSource(delimiter = '|', textBlock = """
        anthropic.claude-x | EqQB | b64=
        amazon.nova-x      | caravan:bedrock:EqQB | caravan:bedrock:b64=
        """)
    void signedReasoning(String model, String signature, String data) {
        String thought = "contentBlockDelta {\"contentBlockIndex\":%1$d,\"delta\":{\"reasoningContent\":{\"text\":\"%2$s\"}}}\n"
                + "contentBlockDelta {\"contentBlockIndex\":%1$d,\"delta\":{\"reasoningContent\":{\"signature\":\"Eq\"}}}\n"
                + "contentBlockDelta {\"contentBlockIndex\":%1$d,\"delta\":{\"reasoningContent\":{\"signature\":\"QB\"}}}\n"
                + "contentBlockStop {\"contentBlockIndex\":%1$d}\n";
        Converse.stream(thought.formatted(0, "a") + thought.formatted(1, "b")
                + "contentBlockDelta {\"contentBlockIndex\":2,\"delta\":{\"reasoningContent\":{\"redactedContent\":\"b64=\"}}}\n"
                + "contentBlockDelta {\"contentBlockIndex\":3,\"delta\":{\"reasoningContent\":{\"signature\":\"EqQB\"}}}\n"
                + "contentBlockStop {\"contentBlockIndex\":3}\n"
                + "messageStop {\"stopReason\":\"end_turn\"}\n"
                + "metadata {\"usage\":{\"inputTokens\":7,\"outputTokens\":9}}", model)
                .is(("start\n0 thinking\n0 +a\n0 signature SIGNATURE\n0 stop\n1 thinking\n1 +b\n1 signature SIGNATURE\n1 stop\n"
                        + "2 redacted_thinking " + data
                        + "\n2 stop\n3 thinking\n3 signature SIGNATURE\n3 stop\n").replace("SIGNATURE", signature)
                        + "end end_turn in 7 created 0 read 0 out 9\nstop");
    }
}
