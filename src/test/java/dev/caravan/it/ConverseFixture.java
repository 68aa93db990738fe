package dev.caravan.it;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.testkit.AwsFrames;
import java.io.IOException;

/** A model at Bedrock that is asked by Converse. */
final class ConverseFixture implements DialectFixture {
    private static final String USAGE = "\"usage\":{\"inputTokens\":20,\"outputTokens\":9,\"totalTokens\":39,\"cacheReadInputTokens\":10}";

    private final String name;
    private final String options;
    private final String target;
    private final String signature;

    private ConverseFixture(String name, String options, String target, String signature) {
        this.name = name;
        this.options = options;
        this.target = target;
        this.signature = signature;
    }

    static DialectFixture anthropicModel() {
        return new ConverseFixture("converse", ", api: converse", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
                "EqQBCgIYAhIM+/==");
    }

    static DialectFixture otherModel() {
        return new ConverseFixture("converse-nova", "", "eu.amazon.nova-2-lite-v1:0", "nova+/==");
    }

    static void throttle(UpstreamCall call) throws IOException {
        call.reply("429 Too Many Requests", "application/json", "{\"message\":\"slow down\"}",
                "x-amzn-errortype: ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/");
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String provider() {
        return "{ dialect: bedrock, region: eu-west-1, base-url: \"%s/" + name
                + "\", api-key: upstream-key-0123456789" + options + " }";
    }

    @Override
    public String target() {
        return target;
    }

    @Override
    public boolean streamed(WireRequest request) {
        return request.path().endsWith("/converse-stream");
    }

    @Override
    public ToolTurn turn(JsonNode request) {
        ToolTurn turn = new ToolTurn();
        for (JsonNode message : request.path("messages")) {
            for (JsonNode block : message.path("content")) {
                if (block.has("toolUse")) {
                    turn.call(block.at("/toolUse/toolUseId").asText(), block.at("/toolUse/name").asText(),
                            block.at("/toolUse/input"));
                } else if (block.has("toolResult")) {
                    turn.result(block.at("/toolResult/toolUseId").asText(),
                            String.join("", block.at("/toolResult/content").findValuesAsText("text")));
                }
            }
        }
        return turn;
    }

    @Override
    public String thinkingBack() {
        return "{\"reasoningContent\":{\"reasoningText\":{\"text\":\"Two at once.\",\"signature\":\"" + signature
                + "\"}}}";
    }

    @Override
    public String contentType() {
        return "application/vnd.amazon.eventstream";
    }

    @Override
    public byte[] calls() {
        return AwsFrames.stream("""
            messageStart {"p":"abcd","role":"assistant"}
            contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"Two at"}},"p":"abcdefghij"}
            contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"text":" once."}}}
            contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"%s"}}}
            contentBlockStop {"contentBlockIndex":0}
            contentBlockDelta {"contentBlockIndex":1,"delta":{"text":"I do it."}}
            contentBlockStop {"contentBlockIndex":1}
            contentBlockStart {"contentBlockIndex":2,"start":{"toolUse":{"name":"Bash","toolUseId":"tooluse_A"}}}
            contentBlockDelta {"contentBlockIndex":2,"delta":{"toolUse":{"input":""}}}
            contentBlockDelta {"contentBlockIndex":2,"delta":{"toolUse":{"input":"{\\"command\\":"}}}
            contentBlockDelta {"contentBlockIndex":2,"delta":{"toolUse":{"input":"\\"echo first\\"}"}}}
            contentBlockStop {"contentBlockIndex":2}
            contentBlockStart {"contentBlockIndex":3,"start":{"toolUse":{"name":"Read","toolUseId":"tooluse_B"}}}
            contentBlockDelta {"contentBlockIndex":3,"delta":{"toolUse":{"input":"{\\"file_path\\":\\"note.txt\\"}"}}}
            contentBlockStop {"contentBlockIndex":3}
            messageStop {"stopReason":"tool_use"}
            metadata {"metrics":{"latencyMs":700},%s}
            """.formatted(signature, USAGE));
    }

    @Override
    public String callsAtOnce() {
        return atOnce(
                """
                    {"reasoningContent":{"reasoningText":{"text":"Two at once.","signature":"%s"}}},{"text":"I do it."},\
                    {"toolUse":{"toolUseId":"tooluse_A","name":"Bash","input":{"command":"echo first"}}},\
                    {"toolUse":{"toolUseId":"tooluse_B","name":"Read","input":{"file_path":"note.txt"}}}"""
                        .formatted(signature),
                "tool_use");
    }

    private static String atOnce(String content, String reason) {
        return "{\"metrics\":{\"latencyMs\":700},\"output\":{\"message\":{\"role\":\"assistant\",\"content\":["
                + content
                + "]}},\"stopReason\":\"" + reason + "\"," + USAGE + "}";
    }

    @Override
    public byte[] answer(String text) {
        return AwsFrames.stream("""
            messageStart {"role":"assistant"}
            contentBlockDelta {"contentBlockIndex":0,"delta":{"text":"%s"}}
            contentBlockStop {"contentBlockIndex":0}
            messageStop {"stopReason":"end_turn"}
            metadata {%s}
            """.formatted(text, USAGE));
    }

    @Override
    public String answerAtOnce(String text) {
        return atOnce("{\"text\":\"" + text + "\"}", "end_turn");
    }

    @Override
    public byte[] beginning() {
        return AwsFrames.stream("""
            messageStart {"role":"assistant"}
            contentBlockDelta {"contentBlockIndex":0,"delta":{"text":"Well,"}}
            """);
    }

    @Override
    public byte[] failure() {
        return AwsFrames.exception("serviceUnavailableException", "{\"message\":\"busy, sorry\"}");
    }

    @Override
    public String failureType() {
        return "overloaded_error";
    }

    @Override
    public void refuse(UpstreamCall call) throws IOException {
        throttle(call);
    }
}
