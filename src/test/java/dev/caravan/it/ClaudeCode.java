package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Claude Code in print mode, with a home of its own.
 *
 * @param gateway what it asks
 * @param scratch a directory of the test's own
 */
record ClaudeCode(GatewayUnderTest gateway, Path scratch) {
    static final String KEY = "the-clients-own-key";

    /** The directory that it works in. */
    Path work() throws IOException {
        return Files.createDirectories(scratch.resolve("work"));
    }

    /**
     * One run.
     *
     * @param credential the variable that holds the key: one makes an x-api-key of it, another a bearer token
     */
    ClientProcess.Result run(String credential, String model, String prompt, String... options)
            throws IOException, InterruptedException {
        Map<String, String> environment = new HashMap<>();
        environment.put("ANTHROPIC_BASE_URL", gateway.uri("").toString());
        environment.put(credential, KEY);
        environment.put("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1");
        environment.put("DISABLE_AUTOUPDATER", "1");
        environment.put("CLAUDE_CODE_MAX_RETRIES", "0");
        List<String> command = new ArrayList<>(
                List.of("node", NodeModules.file("@anthropic-ai/claude-code/cli-wrapper.cjs").toString(), "-p",
                        prompt + " " + Wire.PROMPT, "--model", model, "--allowedTools", "Bash"));
        command.addAll(List.of(options));
        return ClientProcess.run(work(), scratch, environment, command);
    }

    /** The last line, which tells how it went; it must have gone well. */
    static JsonNode success(ClientProcess.Result result) {
        assertEquals(0, result.exitCode(), () -> result.out() + result.err());
        JsonNode last = Json.read(result.out().lines().toList().getLast());
        assertEquals("success", last.path("subtype").asText(), result::out);
        assertFalse(last.path("is_error").asBoolean(true), result::out);
        return last;
    }
}
