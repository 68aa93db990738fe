package dev.caravan.provider.bedrock;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reasoning that is signed or encrypted, in streams of Converse. */
class ConverseReasoningTest {
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
