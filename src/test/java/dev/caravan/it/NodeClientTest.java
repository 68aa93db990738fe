package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** A client on Node.js, a process in front of the gateway; a scripted upstream behind, in both dialects. */
abstract class NodeClientTest extends GatewayTest {
    static final String KEY = "the-clients-own-key";

    @TempDir
    Path scratch;

    @Override
    protected String config() {
        return """
            keys: [the-clients-own-key]
            providers:
              gpt: { dialect: openai, base-url: "%s/v1", api-key: upstream-key-0123456789, models: [gpt-a, gpt-b] }
              claude: { dialect: anthropic, base-url: "%s", api-key: upstream-key-0123456789 }
            models:
              - { match: alias, to: "gpt/gpt-up" }
              - { match: "claude-*", to: "claude/{model}" }
            """;
    }

    @Override
    protected List<String> secrets() {
        return List.of(Wire.PROMPT, Wire.ANSWER, Wire.UPSTREAM_KEY, KEY);
    }

    /** Runs one of the clients' scripts to its end and reads the JSON that it prints. */
    JsonNode run(String script, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        return runAll(script, environment, arguments).getFirst();
    }

    /** Runs one of the clients' scripts to its end and reads the lines of JSON that it prints. */
    List<JsonNode> runAll(String script, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("node", script));
        command.addAll(List.of(arguments));
        ClientProcess.Result result = ClientProcess.run(NodeModules.CLIENTS, scratch, environment, command);
        assertEquals(0, result.exitCode(), result::err);
        return result.out().lines().map(Json::read).toList();
    }
}
