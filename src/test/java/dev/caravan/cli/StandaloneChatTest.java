package dev.caravan.cli;

import static dev.caravan.cli.Answers.END;
import static dev.caravan.cli.Answers.START;
import static dev.caravan.cli.Answers.text;
import static dev.caravan.cli.ScriptedServer.reply;
import static dev.caravan.cli.ScriptedServer.streamHead;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code caravan chat} where no gateway runs: it has one of its own. */
final class StandaloneChatTest {
    private static final String KEY = "secret-client-key";

    @TempDir
    Path directory;

    private Cli.Result chat(ScriptedServer provider, int port) {
        return new Cli(directory).config(yaml(provider, port)).chat("Hi");
    }

    private static String yaml(ScriptedServer provider, int port) {
        return """
            server: { port: %d }
            keys: [%s]
            providers: { cloud: { dialect: anthropic, base-url: "%s", api-key: secret-provider-key } }
            models: [{ match: "claude-*", to: cloud/big }]
            """.formatted(port, KEY, provider.url());
    }

    @Test
    void theAnswerComesThroughTheSameRoutes() throws IOException {
        int port = ScriptedServer.deafPort();
        try (ScriptedServer provider = ScriptedServer.answering(streamHead() + START + text("Hello") + END)) {
            Cli.Result result = chat(provider, port);
            assertEquals(0, result.exit(), result.err());
            assertEquals("Hello\n", result.out());
            assertTrue(result.err().startsWith("caravan: nothing listens at http://127.0.0.1:" + port
                    + "; starting a gateway for this question"), result.err());
            assertTrue(result.err().contains("caravan: claude-sonnet-4-5 at this process\n"), result.err());
            String request = provider.requests().getFirst();
            assertTrue(request.contains("\"model\":\"big\""), request);
            assertTrue(request.contains("secret-provider-key") && !request.contains(KEY), request);
        }
    }

    @Test
    void aFailureIsOneThereToo() throws IOException {
        try (ScriptedServer provider = ScriptedServer.answering(reply(529, "application/json",
                "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}"))) {
            Cli.Result result = chat(provider, ScriptedServer.deafPort());
            assertEquals(1, result.exit());
            assertEquals("", result.out());
            assertTrue(result.err().contains("caravan: overloaded_error: Overloaded (HTTP 529"), result.err());
            assertFalse(result.err().contains("secret"), result.err());
        }
    }

    /** What a newcomer does first. */
    @Test
    void theConfigurationThatComesWithCaravanAnswersByItself() throws IOException {
        Cli cli = new Cli(directory).config(Files.readString(Path.of("caravan.yaml"))).variable("CARAVAN_PORT",
                String.valueOf(ScriptedServer.deafPort()));
        Cli.Result result = cli.chat("--max-tokens", "12", "Tell me about Alice");
        assertEquals(0, result.exit(), result.err());
        assertTrue(result.out().strip().length() > 12, result.out());
        assertTrue(result.err().endsWith("caravan: stopped: max_tokens\n"), result.err());
    }

    @Test
    void itTakesItsOwnKeyAloneAndEnds() throws Exception {
        URI models;
        try (InProcessGateway gateway = InProcessGateway.start(Configurations.withRules("{ match: a, to: other/tiny }"),
                Optional.empty())) {
            models = URI.create(gateway.url() + "/v1/models");
            Duration patience = Duration.ofSeconds(30);
            assertEquals(401, HttpProbe.get(models, Map.of(), patience).status());
            assertEquals(200, HttpProbe.get(models, Map.of("x-api-key", gateway.key().reveal()), patience).status());
        }
        assertThrows(IOException.class, () -> HttpProbe.get(models, Map.of(), Duration.ofSeconds(5)));
    }

    @Test
    void theProcessPrintsNothingButTheAnswer() throws Exception {
        try (ScriptedServer provider = ScriptedServer.answering(streamHead() + START + text("Hällo") + END)) {
            Process chat = process(provider);
            String out = new String(chat.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, chat.waitFor());
            assertEquals("Hällo\n", out);
            String err = Files.readString(directory.resolve("err"));
            assertFalse(err.contains("INFO"), err);
        }
    }

    @Test
    void aProcessThatIsToldToEndEndsTheRequest() throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        try (ScriptedServer provider = new ScriptedServer((request, client) -> {
            ScriptedServer.write(client, streamHead() + START + text("Hello"));
            ScriptedServer.awaitLeft(client);
            left.countDown();
        })) {
            Process chat = process(provider);
            try {
                assertEquals("Hello", new String(chat.getInputStream().readNBytes(5), StandardCharsets.UTF_8));
                chat.destroy();
                assertTrue(left.await(60, TimeUnit.SECONDS));
                assertEquals(128 + 15, chat.waitFor());
            } finally {
                chat.destroyForcibly();
            }
        }
    }

    private Process process(ScriptedServer provider) throws IOException {
        new Cli(directory).config(yaml(provider, ScriptedServer.deafPort()));
        ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Caravan.class.getName(),
                "chat",
                "Hi").directory(directory.toFile()).redirectError(directory.resolve("err").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("CARAVAN_"));
        return builder.start();
    }
}
