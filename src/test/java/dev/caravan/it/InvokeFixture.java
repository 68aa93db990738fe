package dev.caravan.it;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.testkit.AwsFrames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;

/** An Anthropic model at Bedrock: the events of the Messages API in AWS's frames. */
final class InvokeFixture implements DialectFixture {

    private static byte[] frames(List<String> events) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        events.forEach(event -> bytes.writeBytes(AwsFrames.chunk(event)));
        return bytes.toByteArray();
    }

    @Override
    public String name() {
        return "invoke";
    }

    @Override
    public String provider() {
        return "{ dialect: bedrock, region: eu-west-1, base-url: \"%s/invoke\", api-key: upstream-key-0123456789 }";
    }

    @Override
    public String target() {
        return "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
    }

    @Override
    public boolean streamed(WireRequest request) {
        return request.path().endsWith("/invoke-with-response-stream");
    }

    @Override
    public ToolTurn turn(JsonNode request) {
        return AnthropicFixture.messages(request);
    }

    @Override
    public List<String> foreignWords() {
        return List.of();
    }

    @Override
    public String thinkingBack() {
        return "\"signature\":\"EqQBCgIYAhIM+/==\"";
    }

    @Override
    public String contentType() {
        return "application/vnd.amazon.eventstream";
    }

    @Override
    public byte[] calls() {
        return frames(AnthropicFixture.calling(model()));
    }

    @Override
    public String callsAtOnce() {
        return AnthropicFixture.callingAtOnce(model());
    }

    @Override
    public byte[] answer(String text) {
        return frames(AnthropicFixture.saying(model(), text));
    }

    @Override
    public String answerAtOnce(String text) {
        return AnthropicFixture.message(model(), "{\"type\":\"text\",\"text\":\"" + text + "\"}", "end_turn");
    }

    @Override
    public byte[] beginning() {
        return frames(AnthropicFixture.beginning(model(), BEGINNING));
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
        ConverseFixture.throttle(call);
    }
}
