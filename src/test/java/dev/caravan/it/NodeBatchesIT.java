package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Anthropic's TypeScript SDK leads the life of batches, a process in front of the gateway. */
@DisplayName("Message Batches with Anthropic's TypeScript SDK on Node.js")
@Timeout(240)
class NodeBatchesIT extends BatchTest {
    private static final int MANY = 200;
    private static final String HELD = "claude-held";

    @TempDir
    Path scratch;

    @BeforeEach
    void clientsAreInstalled() {
        NodeModules.assumeInstalled();
    }

    private static String requests(int count, String model, String... more) {
        String all = IntStream.range(0, count).mapToObj(i -> request("r" + i, Wire.request(model)))
                .collect(Collectors.joining(","));
        return "[" + String.join(",", List.of(all, String.join(",", more)).stream().filter(s -> !s.isEmpty()).toList())
                + "]";
    }

    private JsonNode run(String part) throws Exception {
        String argument = "{\"answered\":"
                + requests(MANY, "claude-x", request("unknown", Wire.request("nobody-knows-it"))) + ",\"held\":"
                + requests(5, HELD) + "}";
        ClientProcess.Result result = ClientProcess.run(NodeModules.CLIENTS, scratch,
                Map.of("ANTHROPIC_BASE_URL", gateway.uri("").toString(), "ANTHROPIC_API_KEY", KEY),
                List.of("node", "batches.mjs", part, argument));
        assertEquals(0, result.exitCode(), result::err);
        return Json.read(result.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"stable", "beta"})
    void theWholeLife(String part) throws Exception {
        holds(HELD);
        JsonNode seen = run(part);
        System.out.println("@anthropic-ai/sdk, " + part + ": " + seen.path("ended") + " then " + seen.path("canceled"));
        String id = seen.at("/created/id").asText();
        assertEquals("in_progress", seen.at("/created/processing_status").asText());
        assertEquals(MANY, seen.at("/ended/request_counts/succeeded").asInt());
        assertEquals(1, seen.at("/ended/request_counts/errored").asInt());
        assertEquals(gateway.uri(path(id) + "/results").toString(), seen.at("/ended/results_url").asText());
        assertEquals(MANY + 1, seen.path("results").size());
        assertEquals("succeeded", seen.at("/results/r7").asText());
        assertEquals("errored", seen.at("/results/unknown").asText());
        assertEquals("{\"class\":\"BadRequestError\",\"status\":400,\"type\":\"invalid_request_error\"}",
                seen.path("deletedTooEarly").toString());
        assertEquals("canceling", seen.at("/canceling/processing_status").asText());
        assertEquals(5, seen.at("/canceled/request_counts/canceled").asInt());
        assertEquals("canceled", seen.at("/canceledResults/r4").asText());
        assertEquals(List.of(seen.at("/canceled/id").asText(), id),
                seen.path("listed").valueStream().map(JsonNode::asText).toList());
        assertEquals("{\"id\":\"" + id + "\",\"type\":\"message_batch_deleted\"}", seen.path("deleted").toString());
        assertEquals("NotFoundError", seen.at("/gone/class").asText());
        assertEquals("BadRequestError", seen.at("/twice/class").asText());
        if (part.equals("beta")) {
            assertTrue(upstream.calls().stream().filter(call -> call.request().text().contains("claude-x"))
                    .allMatch(call -> "one,two".equals(call.request().header("anthropic-beta"))));
        }
    }
}
