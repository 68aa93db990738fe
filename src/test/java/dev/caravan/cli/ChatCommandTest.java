package dev.caravan.cli;

import static dev.caravan.cli.Answers.END;
import static dev.caravan.cli.Answers.START;
import static dev.caravan.cli.Answers.text;
import static dev.caravan.cli.ScriptedServer.reply;
import static dev.caravan.cli.ScriptedServer.streamHead;
import static dev.caravan.cli.ScriptedServer.write;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code caravan chat} against servers that answer literal bytes. */
final class ChatCommandTest {
    private static final String KEY = "sk-secret-of-the-client";
    private static final String HELLO = streamHead() + START + text("Hello, ") + Answers.PING + text("wörld 🙂") + END;

    @TempDir
    Path directory;

    private Cli cli() {
        return new Cli(directory);
    }

    private static void assertFailed(Cli.Result result, String expectedError) {
        assertEquals(1, result.exit(), result.err());
        assertTrue(result.err().contains(expectedError), result.err());
    }

    @Test
    void printsTheAnswerAndSaysWhoGaveIt() {
        try (ScriptedServer server = ScriptedServer.answering(HELLO)) {
            Cli.Result result = cli().chat("--url", server.url().toString(), "--model", "tiny", "Hi");
            assertEquals(new Cli.Result(0, "Hello, wörld 🙂\n", "caravan: tiny at " + server.url() + "\n"), result);
        }
    }

    @Test
    void asksForAStreamWithWhatTheOptionsSay() throws IOException {
        try (ScriptedServer server = ScriptedServer.answering(HELLO)) {
            cli().chat("--url", server.url() + "/", "--model", "m", "--max-tokens", "9", "--system", "Be \"brief\".",
                    "two", "words ä");
            String request = server.requests().getFirst();
            assertTrue(request.startsWith("POST /v1/messages HTTP/1.1\r\n"), request);
            assertTrue(request.contains("\r\nanthropic-version: 2023-06-01\r\n"), request);
            assertFalse(request.toLowerCase().contains("x-api-key"), request);
            ObjectMapper json = new ObjectMapper();
            assertEquals(json.readTree("""
                {"model":"m","max_tokens":9,"stream":true,"system":"Be \\"brief\\".",
                 "messages":[{"role":"user","content":"two words ä"}]}
                """), json.readTree(request.substring(request.indexOf("\r\n\r\n"))));
        }
    }

    @Test
    void printsEveryPieceAsItComes() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer((request, client) -> {
            write(client, streamHead() + START + text("first"));
            seen.await();
            write(client, text(" second") + END);
        })) {
            Cli cli = cli();
            CompletableFuture<Cli.Result> result = CompletableFuture
                    .supplyAsync(() -> cli.chat("--url", server.url().toString(), "Hi"));
            await().until(() -> cli.outSoFar().equals("first"));
            seen.countDown();
            assertEquals("first second\n", result.get().out());
        }
    }

    @Test
    void bytesThatComeOneByOneAreTheSameAnswer() {
        try (ScriptedServer server = new ScriptedServer((request, client) -> {
            client.setTcpNoDelay(true);
            for (byte next : HELLO.getBytes(StandardCharsets.UTF_8)) {
                client.getOutputStream().write(next);
            }
        })) {
            Cli.Result result = cli().chat("--url", server.url().toString(), "Hi");
            assertEquals("Hello, wörld 🙂\n", result.out());
            assertEquals(0, result.exit());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        400 | invalid_request_error | messages.0.content: expected text
        401 | authentication_error  | invalid x-api-key
        404 | not_found_error       | model: nothing
        429 | rate_limit_error      | slow down
        502 | api_error             | provider demo: the process exited with code 3
        529 | overloaded_error      | Overloaded
        """)
    void anErrorOfTheApiIsToldWithItsStatus(int status, String type, String message) {
        String envelope = "{\"type\":\"error\",\"error\":{\"type\":\"" + type + "\",\"message\":\"" + message + "\"}}";
        try (ScriptedServer server = ScriptedServer.answering(reply(status, "application/json", envelope))) {
            Cli.Result result = cli().chat("--url", server.url().toString(), "Hi");
            assertFailed(result, "caravan: " + type + ": " + message + " (HTTP " + status + ", request req_1)");
            assertEquals("", result.out());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        404 | text/html        | <h1>Not here</h1>  | answered HTTP 404, request req_1, and not as the Messages API does
        502 | application/json | {"detail":"no"}    | answered HTTP 502
        500 | text/plain       | ''                 | answered HTTP 500
        302 | text/plain       | ''                 | answered HTTP 302
        200 | application/json | {"content":[]}     | no stream came from
        """)
    void whatIsNotTheMessagesApiIsToldSo(int status, String type, String body, String expected) {
        try (ScriptedServer server = ScriptedServer.answering(reply(status, type, body))) {
            Cli.Result result = cli().chat("--url", server.url().toString(), "Hi");
            assertFailed(result, expected);
            assertTrue(result.err().contains(server.url().toString()), result.err());
        }
    }

    @Test
    void anErrorInTheStreamEndsTheAnswerThatHasBegun() {
        try (ScriptedServer server = ScriptedServer.answering(
                streamHead() + START + text("Half an") + Answers.error("overloaded_error", "Overloaded"))) {
            Cli.Result result = cli().chat("--url", server.url().toString(), "Hi");
            assertFailed(result, "caravan: overloaded_error: Overloaded\n");
            assertEquals("Half an\n", result.out());
        }
    }

    @Test
    void anAnswerWithoutItsEndIsAFailure() {
        try (ScriptedServer server = ScriptedServer.answering(streamHead() + START + text("Half an"))) {
            Cli.Result result = cli().chat("--url", server.url().toString(), "Hi");
            assertFailed(result, "the answer was cut off: the stream ended without message_stop");
            assertEquals("Half an\n", result.out());
        }
    }

    @Test
    void aChunkedReplyThatBreaksOffIsAFailure() {
        try (ScriptedServer server = ScriptedServer.answering(
                "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\nffff\r\n"
                        + START + text("Half an"))) {
            assertFailed(cli().chat("--url", server.url().toString(), "Hi"), "the answer was cut off: ");
        }
    }

    @Test
    void aConnectionThatIsResetIsAFailure() {
        CountDownLatch seen = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer((request, client) -> {
            write(client, streamHead() + START + text("Half an"));
            seen.await();
            ScriptedServer.reset(client);
        })) {
            Cli cli = cli();
            CompletableFuture<Cli.Result> result = CompletableFuture
                    .supplyAsync(() -> cli.chat("--url", server.url().toString(), "Hi"));
            await().until(() -> cli.outSoFar().equals("Half an"));
            seen.countDown();
            assertFailed(result.join(), "the answer was cut off: the connection broke");
        }
    }

    @Test
    void aLastEventWithoutABlankLineCounts() {
        try (ScriptedServer server = ScriptedServer.answering(HELLO.stripTrailing())) {
            assertEquals(0, cli().chat("--url", server.url().toString(), "Hi").exit());
        }
    }

    @Test
    void anEventThatIsNotJsonIsAFailure() {
        try (ScriptedServer server = ScriptedServer.answering(streamHead() + START + "data: {\"type\":\n\n" + END)) {
            assertFailed(cli().chat("--url", server.url().toString(), "Hi"), "an event that is not a JSON object");
        }
    }

    @Test
    void whereNothingListensTheHintIsToServe() throws IOException {
        String url = "http://127.0.0.1:" + ScriptedServer.deafPort();
        Cli.Result result = cli().chat("--url", url, "Hi");
        assertFailed(result, "nothing listens at " + url + "; start a gateway with: caravan serve");
    }

    @Test
    void theGatewayOfTheConfigurationIsAskedWithItsFirstKey() {
        try (ScriptedServer server = ScriptedServer.answering(HELLO)) {
            Cli.Result result = cli().config("""
                server: { host: 0.0.0.0, port: %d }
                keys: ["%s", another-key]
                providers: { local: { dialect: openai, base-url: "http://127.0.0.1:1/v1" } }
                models: [{ match: "gpt-*", to: "local/{model}" }, { match: small, to: "local/qwen3:4b" }]
                """.formatted(server.port(), KEY)).chat("Hi");
            assertEquals(new Cli.Result(0, "Hello, wörld 🙂\n", "caravan: small at " + server.url() + "\n"), result);
            assertTrue(server.requests().getFirst().contains("\r\nx-api-key: " + KEY + "\r\n"));
        }
    }

    @Test
    void theKeyOfTheEnvironmentWinsAndIsNeverShown() {
        try (ScriptedServer server = ScriptedServer
                .answering(reply(401, "application/json",
                        "{\"error\":{\"type\":\"authentication_error\",\"message\":\"no\"}}"))) {
            Cli cli = cli().config("""
                server: { port: %d }
                keys: [the-configured-key]
                providers: { local: { dialect: openai, base-url: "http://127.0.0.1:1/v1" } }
                models: [{ match: "*", to: "local/{model}" }]
                """.formatted(server.port())).variable("CARAVAN_KEY", KEY).variable("OTHER", "sk-other-key");
            Cli.Result result = cli.chat("--verbose", "Hi");
            cli.chat("--key-env", "OTHER", "Hi");
            assertFailed(result, "The key is taken from the environment, see --key-env.");
            assertAll(() -> assertTrue(server.requests().get(0).contains("\r\nx-api-key: " + KEY + "\r\n")),
                    () -> assertTrue(server.requests().get(1).contains("\r\nx-api-key: sk-other-key\r\n")),
                    () -> assertFalse(result.toString().contains(KEY), result.err()),
                    () -> assertFalse(result.toString().contains("configured-key"), result.err()));
        }
    }

    @Test
    void theKeysOfTheConfigurationStayHere() {
        try (ScriptedServer server = ScriptedServer.answering(HELLO)) {
            cli().config("""
                keys: [the-configured-key]
                providers: { local: { dialect: openai, base-url: "http://127.0.0.1:1/v1" } }
                """).chat("--url", server.url().toString(), "Hi");
            assertFalse(server.requests().getFirst().contains("the-configured-key"));
        }
    }

    @Test
    void aKeyThatNoHeaderCanCarryIsRefusedUnseen() {
        Cli.Result result = cli().variable("CARAVAN_KEY", "sk-broken\nkey").chat("--url", "http://127.0.0.1:1", "Hi");
        assertEquals(2, result.exit());
        assertTrue(result.err().contains("the key in CARAVAN_KEY holds characters that a key cannot have"));
        assertFalse(result.err().contains("sk-broken"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        --url localhost:7777 Hi               | --url: expected a URL such as http://127.0.0.1:7777
        --url ftp://localhost Hi              | --url: expected a URL
        --url http://me:secret-word@there Hi  | --url: a URL with a user or a password
        --key-env NOT_SET Hi                  | --key-env: the environment variable NOT_SET is not set
        --max-tokens 0 Hi                     | --max-tokens: expected a number from 1
        --max-tokens many Hi                  | --max-tokens
        --no-such-option Hi                   | --no-such-option
        """)
    void aMistakenArgumentEndsWithTwo(String arguments, String expected) {
        Cli.Result result = cli().config("""
            providers: { local: { dialect: openai, base-url: "http://127.0.0.1:1/v1" } }
            models: [{ match: "*", to: "local/{model}" }]
            """).chat(arguments.split(" "));
        assertEquals(2, result.exit(), result.err());
        assertTrue(result.err().contains(expected), result.err());
        assertFalse(result.err().contains("secret-word"), result.err());
    }

    @Test
    void aMistakenConfigurationEndsWithTwoAndAllMistakes() {
        Cli.Result result = cli().config("""
            server: { prt: 1 }
            providers: { local: { dialect: opnai } }
            """).chat("Hi");
        assertEquals(2, result.exit());
        assertTrue(result.err().contains("caravan.yaml:1:11: server.prt: unknown key"), result.err());
        assertTrue(result.err().contains("providers.local.dialect"), result.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-", ""})
    void theQuestionCanComeFromStandardInput(String argument) {
        try (ScriptedServer server = ScriptedServer.answering(HELLO)) {
            Cli cli = cli().input("Wie geht’s?\nGut.\n");
            String url = server.url().toString();
            Cli.Result result = argument.isEmpty() ? cli.chat("--url", url) : cli.chat("--url", url, argument);
            assertEquals(0, result.exit(), result.err());
            assertTrue(server.requests().getFirst().contains("\"content\":\"Wie geht’s?\\nGut.\\n\""));
        }
    }

    @Test
    void nobodyIsLeftToWaitForAQuestion() {
        Cli.Result terminal = cli().inputIsTerminal().chat("--url", "http://127.0.0.1:1");
        Cli.Result empty = cli().input(" \n").chat("--url", "http://127.0.0.1:1", "-");
        Cli.Result mangled = cli().chat("--url", "http://127.0.0.1:1", "K\uFFFD\uFFFDse");
        assertAll(() -> assertEquals(2, terminal.exit()),
                () -> assertTrue(terminal.err().contains("what is the question?"), terminal.err()),
                () -> assertEquals(2, empty.exit()),
                () -> assertTrue(empty.err().contains("the question is empty"), empty.err()),
                () -> assertEquals(2, mangled.exit()),
                () -> assertTrue(mangled.err().contains("LC_ALL=C.UTF-8"), mangled.err()));
    }

    @Test
    void thinkingIsShownWhenAskedForAndBesideTheAnswer() {
        String answer = streamHead()
                + Answers.event("message_start", "\"message\":{\"model\":\"tiny\",\"usage\":{\"input_tokens\":12}}")
                + Answers.event("content_block_start", "\"index\":0,\"content_block\":{\"type\":\"thinking\"}")
                + Answers.event("content_block_delta",
                        "\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"Let me see.\"}")
                + Answers.event("content_block_delta",
                        "\"index\":0,\"delta\":{\"type\":\"signature_delta\",\"signature\":\"abc\"}")
                + text("Four.") + END;
        try (ScriptedServer server = ScriptedServer.answering(answer)) {
            Cli.Result quiet = cli().chat("--url", server.url().toString(), "Hi");
            Cli.Result verbose = cli().chat("--url", server.url().toString(), "--verbose", "Hi");
            assertEquals("Four.\n", quiet.out());
            assertFalse(quiet.err().contains("Let me see."));
            assertEquals("Four.\n", verbose.out());
            assertTrue(verbose.err().contains("Let me see.\n"), verbose.err());
            assertTrue(verbose.err().endsWith("caravan: model tiny, 12 tokens in, 7 out, stop reason end_turn\n"),
                    verbose.err());
        }
    }

    @Test
    void aToolCallIsALineAndTheReasonToStopIsTold() {
        String answer = streamHead() + START + text("Let me look.")
                + Answers.event("content_block_start",
                        "\"index\":1,\"content_block\":{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"get_time\",\"input\":{}}")
                + Answers.event("content_block_delta",
                        "\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"zone\\\":\"}")
                + Answers.event("content_block_delta",
                        "\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"\\\"UTC\\\"}\"}")
                + Answers.event("content_block_stop", "\"index\":1") + Answers.end("tool_use");
        try (ScriptedServer server = ScriptedServer.answering(answer)) {
            Cli.Result result = cli().chat("--url", server.url().toString(), "Hi");
            assertEquals("Let me look.\n[tool_use get_time {\"zone\":\"UTC\"}]\n", result.out());
            assertEquals(0, result.exit());
            assertTrue(result.err().endsWith("caravan: stopped: tool_use\n"), result.err());
        }
    }

    @Test
    void aModelCannotSteerTheTerminal() {
        try (ScriptedServer server = ScriptedServer
                .answering(streamHead() + START + text("a\\u001b]0;title\\u0007b\\u009bc\\n\\td") + END)) {
            Cli.Result result = cli().chat("--url", server.url().toString(), "Hi");
            assertEquals("a␛]0;title␇b\uFFFDc\n\td\n", result.out());
        }
    }

    @Test
    void halvesOfACharacterInTwoEventsBecomeOne() {
        try (ScriptedServer server = ScriptedServer
                .answering(streamHead() + START + text("\\ud83d") + text("\\ude42") + END)) {
            assertEquals("🙂\n", cli().chat("--url", server.url().toString(), "Hi").out());
        }
    }
}
