package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Claude Code in print mode in front of the gateway; behind it a provider of each dialect, whose model calls two tools at once. */
@DisplayName("Claude Code in print mode, behind every dialect")
@Timeout(240)
class ClaudeCodeDialectsIT extends GatewayTest {
    @TempDir
    Path scratch;

    @Override
    protected String config() {
        return DialectFixture.config(ClaudeCode.KEY);
    }

    @Override
    protected List<String> secrets() {
        return List.of(Wire.PROMPT, Wire.ANSWER, Wire.UPSTREAM_KEY, ClaudeCode.KEY);
    }

    @BeforeEach
    void prepare() {
        NodeModules.assumeInstalled();
        upstream.script(new ModelScript());
    }

    @ParameterizedTest
    @MethodSource("dev.caravan.it.DialectFixture#each")
    void aLoopOfParallelTools(DialectFixture dialect) throws Exception {
        ClaudeCode claude = new ClaudeCode(gateway, scratch);
        Files.writeString(claude.work().resolve("note.txt"), Wire.ANSWER + "\n");
        ClientProcess.Result run = claude.run("ANTHROPIC_AUTH_TOKEN", dialect.model(), "Do both.", "--output-format",
                "stream-json", "--verbose", "--include-partial-messages");
        JsonNode result = ClaudeCode.success(run);
        String said = result.path("result").asText();
        assertTrue(said.startsWith("Bash said: first\nRead said: ") && said.contains(Wire.ANSWER), said);
        assertEquals(2 * DialectFixture.OUTPUT, result.path("usage").path("output_tokens").asInt(), result::toString);
        assertEquals(2 * DialectFixture.INPUT, result.path("usage").path("input_tokens").asInt()
                + result.path("usage").path("cache_read_input_tokens").asInt(), result::toString);
        assertTrue(run.out().contains("\"thinking_delta\""), run::out);

        assertEquals(2, upstream.calls().size());
        String request = upstream.calls().getLast().request().text();
        ToolTurn turn = dialect.turn(Json.read(request));
        assertEquals(DialectFixture.CALLS, turn.calls());
        assertEquals("first", turn.outputs().getFirst());
        assertTrue(turn.outputs().getLast().contains(Wire.ANSWER), turn.outputs()::getLast);
        assertTrue(request.contains(dialect.thinkingBack()), request);
        for (UpstreamCall call : upstream.calls()) {
            assertFalse(call.request().head().contains(ClaudeCode.KEY), "the client's key stays here");
            for (String word : dialect.foreignWords()) {
                assertFalse(call.request().text().contains(word), word);
            }
        }
    }
}
