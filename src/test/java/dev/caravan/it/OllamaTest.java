package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.EventGrammar.Block;
import dev.caravan.message.EventGrammar.Said;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An upstream that speaks Ollama's own API over real sockets: what it is asked, and what the client gets of its answer. */
class OllamaTest extends ProviderTest {
    private static final String DONE = "{\"model\":\"q\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,"
            + "\"done_reason\":\"stop\",\"prompt_eval_count\":30,\"eval_count\":9}\n";

    @Override
    protected String config() {
        return """
            providers:
              home: { dialect: ollama, base-url: "%s", api-key: upstream-key-0123456789, options: { num_ctx: 8192 } }
            models:
              - { match: "claude-*", to: "home/qwen3:8b" }
            """;
    }

    @Test
    void aStream() throws IOException {
        Said said = whole("claude-x", call -> call
                .send("HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n")
                .chunk("{\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},\"done\":false}\n" + DONE)
                .lastChunk());
        assertEquals(List.of(Block.text("Hi")), said.blocks());
        WireRequest request = upstream.call().request();
        assertEquals("/api/chat", request.path());
        assertEquals("Bearer " + Wire.UPSTREAM_KEY, request.header("authorization"));
        assertEquals("{\"model\":\"qwen3:8b\",\"stream\":true,\"truncate\":false,\"shift\":false,"
                + "\"options\":{\"num_ctx\":8192,\"num_predict\":64},\"messages\":[{\"role\":\"user\",\"content\":\""
                + Wire.PROMPT + "\"}]}", request.text());
        assertTrue(gateway.log().accessLine().contains(" in=30 out=9 "), gateway.log().accessLine());
    }

    @Test
    void aWholeMessage() throws IOException {
        upstream.script(call -> call.json(DONE.replace("\"content\":\"\"", "\"content\":\"" + Wire.ANSWER + "\"")));
        try (RawClient client = gateway.connect()) {
            JsonNode message = client.post("/v1/messages", Wire.request("claude-x")).reply().json();
            assertEquals(Wire.ANSWER, message.path("content").get(0).path("text").asText());
            assertEquals("end_turn", message.path("stop_reason").asText());
            assertEquals(30, message.path("usage").path("input_tokens").asInt());
        }
        assertEquals(List.of(Block.text(Wire.ANSWER)), whole("claude-x", upstream.script()).blocks(),
                "also when a stream was asked for");
    }

    @Test
    void anImageToBeFetchedIsRefusedBeforeOllamaIsAsked() throws IOException {
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages",
                    "{\"model\":\"claude-x\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image\","
                            + "\"source\":{\"type\":\"url\",\"url\":\"http://x/i.png\"}}]}]}")
                    .reply();
            assertEquals(400, reply.status());
            assertEquals(
                    "messages.0.content.0.source: an image to be fetched from a URL cannot be sent to provider home",
                    reply.json().path("error").path("message").asText());
        }
        assertEquals(0, upstream.calls().size());
    }
}
