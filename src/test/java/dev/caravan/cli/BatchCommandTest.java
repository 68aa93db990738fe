package dev.caravan.cli;

import static dev.caravan.cli.FakeBatchGateway.batch;
import static dev.caravan.cli.FakeBatchGateway.errored;
import static dev.caravan.cli.FakeBatchGateway.succeeded;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.cli.FakeBatchGateway.Reply;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code caravan batch} against a gateway that answers the API's own JSON, and faults. */
final class BatchCommandTest {
    private static final String KEY = "sk-secret-of-the-client";
    private static final String CREATE = "POST /v1/messages/batches";
    private static final String GET = "GET /v1/messages/batches/msgbatch_1";
    private static final String RESULTS = GET + "/results";
    private static final String PARAMS = "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[]}\n";
    private static final Reply RUNNING = Reply.ok(batch("msgbatch_1", "in_progress", 2, 0, 0));
    private static final Reply ENDED = Reply.ok(batch("msgbatch_1", "ended", 0, 2, 0));
    private static final Reply HALF = Reply.ok(batch("msgbatch_1", "ended", 0, 1, 1));

    @TempDir
    Path directory;

    private final FakeBatchGateway gateway = new FakeBatchGateway();

    @BeforeEach
    void requests() throws IOException {
        Files.writeString(directory.resolve("requests.jsonl"), PARAMS + PARAMS);
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    private Cli cli() {
        return new Cli(directory).variable("CARAVAN_KEY", KEY);
    }

    private Cli.Result command(String... arguments) {
        return run(cli(), arguments);
    }

    private Cli.Result run(Cli cli, String... arguments) {
        return cli.batch(
                Stream.concat(Stream.of(arguments), Stream.of("--url", gateway.url())).toArray(String[]::new));
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static void assertFailed(Cli.Result result, String expectedError) {
        assertEquals(1, result.exit(), result.err());
        assertTrue(result.err().contains(expectedError), result.err());
        assertFalse(result.toString().contains(KEY), result.err());
    }

    @Test
    void aFileBecomesABatchWhoseIdIsPrinted() {
        gateway.on(CREATE, RUNNING);
        Cli.Result result = command("submit", "requests.jsonl");
        assertEquals(new Cli.Result(0, "msgbatch_1\n", "caravan: 2 requests sent to " + gateway.url()
                + "\ncaravan: follow it with: caravan batch status msgbatch_1 --watch --url " + gateway.url() + "\n"),
                result);
        FakeBatchGateway.Request request = gateway.requests(CREATE).getFirst();
        assertEquals(KEY, request.key());
        assertEquals(List.of("line-1", "line-2"), request.json().path("requests").findValuesAsText("custom_id"));
        assertEquals("m", request.json().path("requests").path(1).path("params").path("model").asText());
    }

    @Test
    void theGatewayOfTheConfigurationIsAskedWithItsFirstKey() {
        gateway.on(CREATE, RUNNING);
        Cli.Result result = new Cli(directory).config("""
            server: { port: %d }
            keys: [the-configured-key]
            providers: { local: { dialect: openai, base-url: "http://127.0.0.1:1/v1" } }
            """.formatted(URI.create(gateway.url()).getPort())).batch("submit", "requests.jsonl");
        assertEquals(0, result.exit(), result.err());
        assertEquals("the-configured-key", gateway.requests(CREATE).getFirst().key());
    }

    @Test
    void standardInputIsSentWhileItIsReadAndAMistakeFarDownBreaksItOff() throws Exception {
        gateway.on(CREATE, RUNNING);
        try (PipedOutputStream pipe = new PipedOutputStream()) {
            Cli cli = cli().input(new PipedInputStream(pipe, 1 << 16));
            CompletableFuture<Cli.Result> result = CompletableFuture
                    .supplyAsync(() -> run(cli, "submit", "-"));
            for (int line = 1; line <= 20_000; line++) {
                pipe.write(PARAMS.getBytes(StandardCharsets.US_ASCII));
            }
            pipe.write("{\"model\":\n".getBytes(StandardCharsets.US_ASCII));
            pipe.close();
            assertFailed(result.get(), "standard input: line 20001: not JSON: ");
            assertTrue(result.get().err().endsWith("No batch was made.\n"), result.get().err());
        }
        await().until(() -> gateway.broken().equals(List.of(CREATE)));
        assertEquals(List.of(), gateway.requests(CREATE));
    }

    @Test
    void manyRequestsArriveWhole() throws IOException {
        gateway.on(CREATE, Reply.ok(batch("msgbatch_1", "in_progress", 20_000, 0, 0)));
        Files.writeString(directory.resolve("many.jsonl"), PARAMS.repeat(20_000));
        assertEquals(0, command("submit", "many.jsonl").exit());
        JsonNode requests = gateway.requests(CREATE).getFirst().json().path("requests");
        assertEquals(20_000, requests.size());
        assertEquals("line-20000", requests.path(19_999).path("custom_id").asText());
    }

    @Test
    void ofAShortFileWithAMistakeNothingIsSent() throws IOException {
        Files.writeString(directory.resolve("requests.jsonl"), PARAMS + "{]\n");
        assertFailed(command("submit", "requests.jsonl"), "caravan: requests.jsonl: line 2: not JSON: ");
        Files.writeString(directory.resolve("requests.jsonl"), "\n");
        assertFailed(command("submit", "requests.jsonl"), "requests.jsonl: there is no request in it");
        assertFailed(command("submit", "nothing.jsonl"), "nothing.jsonl: there is no such file");
        assertEquals(List.of(), gateway.requests());
    }

    @Test
    void moreThanABatchMayHoldIsRefused() throws IOException {
        gateway.on(CREATE, RUNNING);
        Files.writeString(directory.resolve("many.jsonl"), PARAMS.repeat(100_001));
        assertFailed(command("submit", "many.jsonl"), "more than 100,000 requests, the most of a batch");
        assertEquals(List.of(), gateway.requests(CREATE));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        401 | authentication_error | invalid x-api-key
        404 | not_found_error      | no queue is configured
        429 | rate_limit_error     | slow down
        500 | api_error            | the store is away
        """)
    void aRefusalIsToldBeforeAnythingIsSent(int status, String type, String message) {
        gateway.on("GET /v1/messages/batches?limit=1", Reply.error(status, type, message));
        assertFailed(command("submit", "requests.jsonl"), "caravan: " + type + ": " + message + " (HTTP " + status);
        assertEquals(List.of(), gateway.requests(CREATE));
    }

    @Test
    void anAnswerThatIsLostLeavesADoubtThatIsTold() {
        gateway.on(CREATE, RUNNING.cutAfter(10));
        assertFailed(command("submit", "requests.jsonl"),
                "Whether there is a batch now is told by: caravan batch status --url ");
    }

    @Test
    void anotherServersPageIsNoBatch() {
        gateway.on(CREATE, Reply.ok("<html>Welcome</html>").with("content-type", "text/html"));
        assertFailed(command("submit", "requests.jsonl"), "answered HTTP 200, and not as the Messages API does");
        gateway.on(GET, Reply.ok("{\"hello\":1}"));
        assertFailed(command("status", "msgbatch_1"), "the answer is no batch of the Message Batches API");
        gateway.on(GET, new Reply(502, Map.of(), "<html>Bad Gateway</html>", -1));
        assertFailed(command("status", "msgbatch_1"), "answered HTTP 502, and not as the Messages API does");
    }

    @Test
    void whereNobodyListensItIsSaidSo() throws IOException {
        String url = "http://127.0.0.1:" + ScriptedServer.deafPort();
        assertFailed(cli().batch("submit", "requests.jsonl", "--url", url),
                "nothing listens at " + url + "; start a gateway with: caravan serve");
    }

    @Test
    void waitingShowsHowFarItIsAndWritesTheResults() throws IOException {
        gateway.on(CREATE, RUNNING).on(GET, RUNNING.with("caravan-progress", "0/2"),
                RUNNING.with("caravan-progress", "1/2"), HALF.with("caravan-progress", "2/2"))
                .on(RESULTS, Reply.ok(succeeded("line-2") + errored("line-1")));
        Cli.Result result = command("submit", "requests.jsonl", "--output", "results.jsonl");
        assertEquals("msgbatch_1\n", result.out());
        assertEquals(1, result.exit());
        assertTrue(result.err().endsWith("""
            caravan: the results are in results.jsonl
            caravan: msgbatch_1 has ended, 2 requests: 1 succeeded, 1 errored
            """), result.err());
        assertTrue(result.err().contains("\n0/2  0 %\n"), result.err());
        assertFalse(result.err().contains("\u001b"), result.err());
        assertEquals(succeeded("line-2") + errored("line-1"),
                Files.readString(directory.resolve("results.jsonl")));
    }

    @Test
    void onATerminalTheBarIsDrawnInItsPlace() {
        gateway.on(GET, RUNNING.with("caravan-progress", "1/2"), ENDED.with("caravan-progress", "2/2"));
        Cli.Result result = run(cli().terminal(30), "status", "msgbatch_1", "--watch");
        assertEquals(0, result.exit(), result.err());
        assertTrue(result.err().startsWith("\r█████████░░░░░░░░░░ 1/2  50 %\u001b[K\r"), result.err());
        assertTrue(result.err().contains("2/2  100 %"), result.err());
        assertTrue(result.err().endsWith("\u001b[K\ncaravan: msgbatch_1 has ended, 2 requests: 2 succeeded\n"),
                result.err());
        for (String drawn : result.err().split("\r|\n")) {
            assertTrue(drawn.startsWith("caravan: ") || drawn.replace("\u001b[K", "").length() < 30, drawn);
        }
    }

    @Test
    void aGatewayThatIsAwayForAWhileIsAskedAgain() {
        gateway.on(GET, RUNNING, Reply.error(500, "api_error", "the store is away"), RUNNING.cutAfter(9),
                Reply.error(429, "rate_limit_error", "slow down").with("retry-after", "1"), RUNNING, ENDED);
        Cli.Result result = command("status", "msgbatch_1", "--watch");
        assertEquals(0, result.exit(), result.err());
        assertTrue(result.err().contains("caravan: api_error: the store is away (HTTP 500); asking again\n"
                + "caravan: it answers again\n"), result.err());
        assertTrue(result.err().contains("in_progress, 2 requests: 2 processing, made "), result.err());
    }

    @Test
    void itIsNotAskedForever() throws InterruptedException {
        gateway.on(GET, Reply.error(500, "api_error", "the store is away"));
        Cli cli = cli();
        try (GatewayClient client = new GatewayClient(URI.create(gateway.url()), Optional.empty())) {
            ProgressLine line = new ProgressLine(new PrintWriter(Writer.nullWriter()),
                    cli.surroundings().screen());
            BatchWatch watch = new BatchWatch(client, line, Duration.ofMillis(400));
            String message = assertThrows(CommandFailure.class, () -> watch.untilEnded("msgbatch_1")).getMessage();
            assertTrue(message.contains("the store is away (HTTP 500); gave up after "), message);
        }
    }

    @Test
    void aServerThatIsSilentIsNotWaitedForForever() throws Exception {
        try (ScriptedServer silent = new ScriptedServer((request, client) -> ScriptedServer.awaitLeft(client));
                GatewayClient client = new GatewayClient(silent.url(), Optional.empty(), Duration.ofSeconds(1))) {
            assertEquals(new GatewayClient.Answer.None("no answer from " + silent.url() + " for 1 s"),
                    client.ask(client.request("/").build()));
        }
    }

    @Test
    void aProcessThatIsToldToEndLeavesTheBatchAndSaysHowToGoOn() throws Exception {
        gateway.on(CREATE, RUNNING).on(GET, RUNNING.with("caravan-progress", "1/2"));
        Path err = directory.resolve("err");
        ProcessBuilder caravan = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), "dev.caravan.cli.Caravan", "batch", "submit",
                "requests.jsonl", "--wait", "--url", gateway.url());
        Process process = caravan.directory(directory.toFile()).redirectError(err.toFile()).start();
        try {
            await().atMost(Duration.ofMinutes(2)).until(() -> Files.readString(err).contains("1/2  50 %\n"));
        } finally {
            process.destroy();
        }
        assertNotEquals(0, process.waitFor());
        assertTrue(Files.readString(err).endsWith("\ncaravan: msgbatch_1 goes on; follow it with: "
                + "caravan batch status msgbatch_1 --watch --url " + gateway.url() + "\n"), Files.readString(err));
        assertEquals(List.of(), gateway.requests("POST /v1/messages/batches/msgbatch_1/cancel"));
    }

    @Test
    void aBatchThatIsGoneEndsTheWait() {
        gateway.on(GET, RUNNING, Reply.error(404, "not_found_error", "there is no such batch"));
        assertFailed(command("status", "msgbatch_1", "--watch"), "not_found_error: there is no such batch");
    }

    @Test
    void theStatusOfOneIsTold() {
        gateway.on(GET, RUNNING.with("caravan-progress", "1/2"));
        Cli.Result result = command("status", "msgbatch_1");
        assertEquals(0, result.exit(), result.err());
        assertTrue(result.out().startsWith("""
            Batch      msgbatch_1
            Status     in_progress
            Requests   2 requests: 2 processing
            Finished   1/2  50 %
            Created    2026-01-02T03:04:05.678Z, """), result.out());
    }

    @Test
    void theListIsATableOfAllPages() {
        gateway.on("GET /v1/messages/batches?limit=20",
                Reply.ok("{\"data\":[" + batch("msgbatch_3", "in_progress", 100_000, 0, 0) + ","
                        + batch("msgbatch_2", "canceling", 5, 0, 0)
                        + "],\"has_more\":true,\"last_id\":\"msgbatch_2\"}"))
                .on("GET /v1/messages/batches?limit=20&after_id=msgbatch_2",
                        Reply.ok("{\"data\":[" + batch("msgbatch_1", "ended", 0, 1, 1) + "],\"has_more\":false}"));
        Cli.Result result = command("status");
        assertEquals(0, result.exit(), result.err());
        String age = "  [0-9]+ [a-z]+( [0-9]+ [a-z]+)? ago$";
        List<String> lines = result.out().lines().map(line -> line.replaceFirst(age, "")).toList();
        assertEquals(List.of(
                "ID          STATUS       REQUESTS  SUCCEEDED  ERRORED  CANCELED  EXPIRED  CREATED",
                "msgbatch_3  in_progress   100,000          0        0         0        0",
                "msgbatch_2  canceling           5          0        0         0        0",
                "msgbatch_1  ended               2          1        1         0        0"), lines);
    }

    @Test
    void ofALongListTheNewestAreShown() {
        gateway.on("GET /v1/messages/batches?limit=1",
                Reply.ok("{\"data\":[" + batch("msgbatch_2", "ended", 0, 1, 0) + "],\"has_more\":true}"))
                .on("GET /v1/messages/batches?limit=1&after_id=msgbatch_2",
                        Reply.ok("{\"data\":[" + batch("msgbatch_1", "ended", 0, 1, 0) + "],\"has_more\":false}"));
        Cli.Result result = command("status", "--limit", "1");
        assertEquals(2, result.out().lines().count(), result.out());
        assertTrue(result.err().contains("there are more; see caravan batch status --limit 2"), result.err());
    }

    @Test
    void resultsAreStreamedToStandardOutput() {
        gateway.on(GET, ENDED).on(RESULTS, Reply.ok(succeeded("a") + succeeded("b\u009b")));
        Cli.Result result = command("results", "msgbatch_1");
        assertEquals(new Cli.Result(0, succeeded("a") + succeeded("b\\u009b"),
                "caravan: msgbatch_1 has ended, 2 requests: 2 succeeded\n"), result);
    }

    @Test
    void resultsReplaceAFileOnlyWhenTheyAreComplete() throws IOException {
        Files.writeString(directory.resolve("results.jsonl"), "before");
        String all = succeeded("a") + succeeded("b");
        gateway.on(GET, ENDED).on(RESULTS, Reply.ok(all).cutAfter(all.length() - 20),
                Reply.ok(all).cutAfter(succeeded("a").length() + 1), Reply.ok(succeeded("a")),
                Reply.ok(all.substring(0, all.length() - 9)), Reply.ok("<html>\n"), Reply.ok(all));
        assertFailed(command("results", "msgbatch_1", "--output", "results.jsonl"), "the results were cut off");
        assertFailed(command("results", "msgbatch_1", "--output", "results.jsonl"), "the results were cut off");
        assertFailed(command("results", "msgbatch_1", "--output", "results.jsonl"), "not complete: 1 of 2 came");
        assertFailed(command("results", "msgbatch_1", "--output", "results.jsonl"), "line 2 is no result");
        assertFailed(command("results", "msgbatch_1", "--output", "results.jsonl"), "line 1 is no result");
        assertEquals("before", Files.readString(directory.resolve("results.jsonl")));
        assertEquals(List.of("requests.jsonl", "results.jsonl"), files());
        assertEquals(0, command("results", "msgbatch_1", "--output", "results.jsonl").exit());
        assertEquals(all, Files.readString(directory.resolve("results.jsonl")));
        assertEquals(List.of("requests.jsonl", "results.jsonl"), files());
    }

    @Test
    void aFileThatCannotBeWrittenIsToldBeforeTheBatchIsMade() throws IOException {
        Files.createDirectory(directory.resolve("there"));
        assertFailed(command("submit", "requests.jsonl", "--output", "not/there.jsonl"), "there is no directory ");
        assertFailed(command("submit", "requests.jsonl", "--output", "there"), "this is a directory");
        assertEquals(List.of(), gateway.requests());
    }

    @Test
    void resultsOfABatchThatRunsAreNotThere() {
        gateway.on(GET, RUNNING);
        assertFailed(command("results", "msgbatch_1"), "msgbatch_1 has not ended yet (in_progress); follow it with: ");
    }

    @Test
    void aBatchIsCanceledAndDeleted() {
        gateway.on("POST /v1/messages/batches/msgbatch_1/cancel",
                Reply.ok(batch("msgbatch_1", "canceling", 2, 0, 0)))
                .on("DELETE /v1/messages/batches/msgbatch_1",
                        Reply.ok("{\"id\":\"msgbatch_1\",\"type\":\"message_batch_deleted\"}"));
        assertEquals(new Cli.Result(0, "msgbatch_1 canceling\n", ""), command("cancel", "msgbatch_1"));
        assertEquals(new Cli.Result(0, "msgbatch_1 deleted\n", ""), command("delete", "msgbatch_1"));
        assertFailed(command("delete", "msgbatch_2"), "not_found_error: nothing here");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        status ../../admin                      | expected the id of a batch
        results a/b                             | expected the id of a batch
        cancel ?                                | expected the id of a batch
        status --watch                          | --watch: expected the ID of a batch
        status --limit 0                        | --limit: expected a number from 1
        submit requests.jsonl --max-tokens 0    | --max-tokens: expected a number from 1
        submit                                  | Missing required parameter
        submit requests.jsonl --no-such-option  | --no-such-option
        """)
    void aMistakenArgumentEndsWithTwo(String arguments, String expected) {
        Cli.Result result = command(arguments.split(" "));
        assertEquals(2, result.exit(), result.err());
        assertTrue(result.err().contains(expected), result.err());
        assertEquals(List.of(), gateway.requests());
    }
}
