package dev.caravan.provider.bedrock;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replies of Converse that did not stream. */
class ConverseReplyTest {
    private static String reply(String content, String stopReason) {
        return "{\"metrics\":{\"latencyMs\":400},\"output\":{\"message\":{\"content\":" + content
                + ",\"role\":\"assistant\"}},\"stopReason\":\"" + stopReason
                + "\",\"usage\":{\"inputTokens\":7,\"outputTokens\":9,\"totalTokens\":16,\"cacheReadInputTokens\":4}}";
    }

    private static final String USAGE = " in 7 created 0 read 4 out 9\nstop";

    @Tag("case-3")
    @Test
    void textThinkingAndCalls() {
        Converse.reply(reply("""
            [{"reasoningContent":{"reasoningText":{"text":"hm","signature":"EqQB"}}},
             {"reasoningContent":{"redactedContent":"b64="}},
             {"reasoningContent":{"reasoningText":{"text":"unsigned"}}},
             {"text":"Here."},{"text":""},
             {"toolUse":{"input":{ "b":1.50e1, "a":"ü" },"name":"look","toolUseId":"tooluse_1"}},
             {"toolUse":{"toolUseId":"tooluse_2","name":"wait","input":{}}}]""", "tool_use")).is("""
            start
            0 thinking
            0 +hm
            0 signature EqQB
            0 stop
            1 redacted_thinking b64=
            1 stop
            2 thinking
            2 +unsigned
            2 signature caravan:bedrock
            2 stop
            3 text
            3 +Here.
            3 stop
            4 tool_use tooluse_1 look
            4 +
            4 +{ "b":1.50e1, "a":"ü" }
            4 stop
            5 tool_use tooluse_2 wait
            5 +
            5 stop
            end tool_use""" + USAGE);
    }

    @Test
    void citedTextIsText() {
        Converse.reply(reply("""
            [{"citationsContent":{"citations":[{"title":"t"}],"content":[{"text":"It is"},{"text":" so."}]}}]""",
                "end_turn")).is("start\n0 text\n0 +It is\n0 + so.\n0 stop\nend end_turn" + USAGE);
    }

    @Tag("case-2")
    @Test
    void nothingSaidIsAnEmptyMessage() {
        Converse.reply(reply("[]", "content_filtered")).is("start\nend refusal" + USAGE);
    }

    @Tag("case-15")
    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"message\":\"no\"}", "{\"output\":{\"message\":{\"content\":[]}}}"})
    void whatHoldsNoMessageIsAnError(String json) {
        Converse converse = Converse.reply(json);
        assertEquals("the provider's reply holds no message",
                converse.failure().getMessage());
    }

    @Tag("case-15")
    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "null", "<html>", "{\"stopReason\":\"end_turn\"",
            "{\"stopReason\":\"end_turn\"} {",
            "{\"output\":{\"message\":{\"content\":[1]}}}",
            "{\"output\":{\"message\":{\"content\":[{\"toolUse\":1}]}}}"})
    void whatIsNoReplyIsAnError(String json) {
        assertEquals("damaged", Converse.reply(json).failure().getMessage());
    }

    @Test
    void anImageIsAnError() {
        Converse.reply(reply("[{\"image\":{\"format\":\"png\",\"source\":{\"bytes\":\"AA==\"}}}]", "end_turn")).fails(
                "start", 502, "api_error",
                "the model answered with a block of kind \"image\", which the Messages API has nothing for");
    }
}
