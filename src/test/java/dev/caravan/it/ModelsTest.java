package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The list of models, and what can be measured. */
@Tag("case-24")
class ModelsTest extends GatewayTest {
    private static final List<String> ALL = List.of("claude-fast", "claude-good", "up/claude-real",
            "up/vendor/deep/model",
            "up/with space+plus", "up/ünïcode");

    @Override
    protected String config() {
        return """
            providers:
              up:
                dialect: anthropic
                base-url: "%s"
                api-key: upstream-key-0123456789
                models:
                  - { id: claude-real, display-name: The real one, max-input-tokens: 200000, max-output-tokens: 64000 }
                  - vendor/deep/model
                  - with space+plus
                  - ünïcode
            models:
              - { match: claude-fast, to: "up/claude-real" }
              - { match: claude-good, to: "up/other" }
              - { match: "claude-*", to: "up/{model}" }
            """;
    }

    private JsonNode page(String query) throws IOException {
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.get("/v1/models" + query).reply();
            assertEquals(200, reply.status(), reply.text());
            return reply.json();
        }
    }

    private static List<String> ids(JsonNode page) {
        List<String> ids = new ArrayList<>();
        page.path("data").forEach(model -> ids.add(model.path("id").asText()));
        return ids;
    }

    @Test
    void everythingThatHasAName() throws IOException {
        JsonNode page = page("");
        assertEquals(ALL, ids(page));
        assertFalse(page.path("has_more").asBoolean());
        assertEquals("claude-fast", page.path("first_id").asText());
        assertEquals("up/ünïcode", page.path("last_id").asText());
        JsonNode real = page.path("data").get(2);
        assertEquals("model", real.path("type").asText());
        assertEquals("The real one", real.path("display_name").asText());
        assertEquals(200_000, real.path("max_input_tokens").asInt());
        assertEquals(64_000, real.path("max_tokens").asInt());
        assertTrue(page.path("data").get(3).path("max_tokens").isNull());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 6, 7})
    void pagesForward(int limit) throws IOException {
        List<String> ids = new ArrayList<>();
        JsonNode page = page("?limit=" + limit);
        ids.addAll(ids(page));
        while (page.path("has_more").asBoolean()) {
            assertEquals(limit, page.path("data").size());
            page = page("?limit=" + limit + "&after_id=" + encoded(page.path("last_id").asText()));
            ids.addAll(ids(page));
        }
        assertEquals(ALL, ids);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void pagesBackward(int limit) throws IOException {
        List<String> ids = new ArrayList<>(List.of(ALL.getLast()));
        JsonNode page = page("?limit=" + limit + "&before_id=" + encoded(ALL.getLast()));
        ids.addAll(0, ids(page));
        while (page.path("has_more").asBoolean()) {
            page = page("?limit=" + limit + "&before_id=" + encoded(page.path("first_id").asText()));
            ids.addAll(0, ids(page));
        }
        assertEquals(ALL, ids);
    }

    @Test
    void aPageWithNothingOnIt() throws IOException {
        JsonNode page = page("?after_id=" + encoded(ALL.getLast()));
        assertEquals(0, page.path("data").size());
        assertTrue(page.path("first_id").isNull() && page.path("last_id").isNull());
        assertFalse(page.path("has_more").asBoolean());
    }

    @ParameterizedTest
    @CsvSource({"limit=0, limit", "limit=1001, limit", "limit=x, limit", "limit=-1, limit", "limit=, limit",
            "limit=99999999999, limit", "after_id=nobody, after_id", "before_id=nobody, before_id"})
    void mistakesAreNamed(String query, String field) throws IOException {
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.get("/v1/models?" + query).reply();
            assertEquals(400, reply.status());
            assertEquals("invalid_request_error", reply.json().path("error").path("type").asText());
            assertTrue(reply.json().path("error").path("message").asText().startsWith(field + ": "), reply.text());
        }
    }

    @Test
    void oneModel() throws IOException {
        try (RawClient client = gateway.connect()) {
            for (String id : ALL) {
                for (String path : List.of(encoded(id), encoded(id).replace("%2F", "/"))) {
                    WireReply reply = client.get("/v1/models/" + path).reply();
                    assertEquals(200, reply.status(), path);
                    assertEquals(id, reply.json().path("id").asText());
                }
            }
            for (String id : List.of("nobody", "claude-*", "up", "up%2Fnobody", "claude-fast/")) {
                WireReply reply = client.get("/v1/models/" + id).reply();
                assertEquals(404, reply.status(), id);
                assertEquals("not_found_error", reply.json().path("error").path("type").asText());
            }
        }
    }

    private static String encoded(String id) {
        return java.net.URLEncoder.encode(id, java.nio.charset.StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Test
    void whatIsMeasured() throws IOException {
        upstream.script(call -> call.streamHead().chunk(Wire.stream()).lastChunk());
        try (RawClient client = gateway.connect()) {
            client.post("/v1/messages", Wire.streaming("claude-fast")).reply();
            gateway.awaitIdle();
            client.post("/v1/messages", Wire.streaming("nobody")).reply();
            gateway.awaitIdle();
            WireReply reply = client.get("/metrics").reply();
            assertTrue(reply.header("content-type").startsWith("text/plain; version=0.0.4"));
            String series = "{error_type=\"\",gen_ai_operation_name=\"chat\",gen_ai_provider_name=\"up\","
                    + "gen_ai_request_model=\"claude-real\"";
            String text = reply.text();
            for (String line : List.of("gen_ai_server_request_duration_seconds_count" + series + "} 1",
                    "gen_ai_server_time_to_first_token_seconds_count" + series + "} 1",
                    "gen_ai_server_time_per_output_token_seconds_count" + series + "} 1",
                    "gen_ai_client_token_usage_token_sum" + series + ",gen_ai_token_type=\"input\"} 15.0",
                    "gen_ai_client_token_usage_token_sum" + series + ",gen_ai_token_type=\"output\"} 29.0",
                    "caravan_calls_active 0", "jvm_memory_used_bytes")) {
                assertTrue(text.contains("\n" + line), line + "\nis not in\n" + text);
            }
            assertTrue(text.contains("error_type=\"not_found_error\",gen_ai_operation_name=\"chat\","
                    + "gen_ai_provider_name=\"_OTHER\",gen_ai_request_model=\"_OTHER\""), text);
        }
    }
}
