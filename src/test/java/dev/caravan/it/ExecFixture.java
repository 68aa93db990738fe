package dev.caravan.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;

/** A program that is a model: {@link ExecRelay}, which has the test decide what it says. */
final class ExecFixture implements DialectFixture {

    @Override
    public String name() {
        return "exec";
    }

    @Override
    public String provider() {
        return "{ dialect: exec, command: [\"{java}\", \"-XX:TieredStopAtLevel=1\", \"-XX:+UseSerialGC\", \"-cp\","
                + " \"" + classes() + "\", \"dev.caravan.it.ExecRelay\", \"%s/exec/model\"] }";
    }

    private static String classes() {
        try {
            return Path.of(ExecRelay.class.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String target() {
        return "mine";
    }

    /** A process always writes its answer as it comes. */
    @Override
    public boolean streamed(WireRequest request) {
        return true;
    }

    @Override
    public ToolTurn turn(JsonNode request) {
        return AnthropicFixture.messages(request);
    }

    @Override
    public String thinkingBack() {
        return "{\"type\":\"thinking\",\"thinking\":\"Two at once.\",\"signature\":\"mine+/==\"}";
    }

    @Override
    public String contentType() {
        return "application/x-ndjson";
    }

    @Override
    public byte[] calls() {
        return """
            {"usage":{"input_tokens":20,"cache_read_input_tokens":10,"output_tokens":1}}
            {"thinking":"Two at"}
            {"thinking":" once.","signature":"mine+/=="}
            {"text":"I do it."}
            {"tool_use":{"id":"A","name":"Bash","input":{"command":"echo first"}}}
            {"tool_use":{"name":"Read","input":{"file_path":"note.txt"}}}
            {"usage":{"input_tokens":20,"cache_read_input_tokens":10,"output_tokens":9},"done":{"stop_reason":"tool_use"}}
            """.getBytes(
                UTF_8);
    }

    @Override
    public String callsAtOnce() {
        return new String(calls(), UTF_8);
    }

    @Override
    public byte[] answer(String text) {
        return """
            {"text":"%s"}
            {"usage":{"input_tokens":20,"cache_read_input_tokens":10,"output_tokens":9}}
            {"done":{"stop_reason":"end_turn"}}
            """.formatted(text).getBytes(UTF_8);
    }

    @Override
    public String answerAtOnce(String text) {
        return new String(answer(text), UTF_8);
    }

    @Override
    public byte[] beginning() {
        return "{\"text\":\"Well,\"}\n".getBytes(UTF_8);
    }

    /** A process that ends in the orderly way has said all it wanted to; this one breaks down. */
    @Override
    public void cut(UpstreamCall call) {
        call.close();
    }

    @Override
    public byte[] failure() {
        return "{\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy, sorry\"}}\n".getBytes(UTF_8);
    }

    @Override
    public String failureType() {
        return "overloaded_error";
    }

    @Override
    public void refuse(UpstreamCall call) throws IOException {
        call.reply("200 OK", contentType(), "{\"error\":{\"type\":\"rate_limit_error\",\"message\":\"slow down\"}}\n");
    }
}
