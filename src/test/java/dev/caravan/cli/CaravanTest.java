package dev.caravan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program as a whole. */
final class CaravanTest {
    @TempDir
    Path directory;

    @Test
    void helpNamesEveryCommand() {
        Cli.Result result = new Cli(directory).caravan("--help");
        assertEquals(0, result.exit());
        for (String command : new String[]{"serve", "chat", "doctor", "mlx", "batch", "queue", "dlq", "bench"}) {
            assertTrue(result.out().contains("  " + command + " "), result.out());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat", "doctor", "mlx", "batch", "queue", "dlq", "serve"})
    void everyCommandExplainsItself(String command) {
        Cli.Result result = new Cli(directory).caravan(command, "--help");
        assertEquals(0, result.exit());
        assertTrue(result.out().startsWith("Usage: caravan " + command + " "), result.out());
    }

    @Test
    void aQuestionMayBeginWithAnAt() {
        try (ScriptedServer server = ScriptedServer.answering("")) {
            new Cli(directory).caravan("chat", "--url", server.url().toString(), "@pom.xml");
            assertTrue(server.requests().getFirst().contains("\"content\":\"@pom.xml\""));
        }
    }

    @Test
    void anUnknownCommandEndsWithTwo() {
        assertEquals(2, new Cli(directory).caravan("chatt").exit());
    }
}
