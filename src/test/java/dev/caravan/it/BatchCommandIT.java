package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code caravan batch}, {@code queue} and {@code dlq}, each a process, against the gateway itself. */
@DisplayName("caravan batch, queue and dlq")
@Timeout(240)
class BatchCommandIT extends BatchTest {
    private static final String HELD = "claude-held";
    private static final String BROKEN = "claude-broken";

    @TempDir
    Path files;

    @AfterEach
    void queuesRun() throws IOException {
        client(ADMIN_KEY).post("/admin/queues/http/resume", "");
        client(ADMIN_KEY).ask("DELETE", "/admin/drain");
    }

    private ClientProcess.Result caravan(String key, String... arguments) throws IOException, InterruptedException {
        return caravan(gateway, key, arguments);
    }

    private ClientProcess.Result caravan(GatewayUnderTest asked, String key, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                        "-cp", absolute(System.getProperty("java.class.path")), "dev.caravan.cli.Caravan"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--url", asked.uri("").toString()));
        ClientProcess.Result result = ClientProcess.run(files, Files.createTempDirectory(directory, "cli"),
                Map.of("CARAVAN_KEY", key), command);
        assertFalse((result.out() + result.err()).contains(key), result::err);
        return result;
    }

    private static String absolute(String classPath) {
        return String.join(":",
                List.of(classPath.split(":")).stream().map(entry -> Path.of(entry).toAbsolutePath().toString())
                        .toList());
    }

    private static void assertDone(ClientProcess.Result result) {
        assertEquals(0, result.exitCode(), () -> result.out() + result.err());
    }

    private String submitted(String... lines) throws Exception {
        Files.writeString(files.resolve("requests.jsonl"), String.join("\n", lines));
        ClientProcess.Result result = caravan(KEY, "batch", "submit", "requests.jsonl");
        assertDone(result);
        return result.out().strip();
    }

    @Test
    void fromAFileOfRequestsToAFileOfResults() throws Exception {
        upstream.script(Wire::answer);
        Files.writeString(files.resolve("requests.jsonl"), String.join("\n", Wire.request("claude-x"),
                request("mine", Wire.request("claude-x")), Wire.request("nobody-knows-it")));
        ClientProcess.Result submitted = caravan(KEY, "batch", "submit", "requests.jsonl", "--wait", "--output",
                "results.jsonl");
        System.out.println("caravan batch submit --wait --output:\n" + submitted.out() + submitted.err());
        String id = submitted.out().strip();
        assertEquals(1, submitted.exitCode(), "not all succeeded");
        assertTrue(submitted.err().endsWith("caravan: the results are in results.jsonl\ncaravan: " + id
                + " has ended, 3 requests: 2 succeeded, 1 errored\n"), submitted::err);
        Map<String, String> lines = client(KEY).lines(id);
        assertEquals(Set.of("line-1", "mine", "line-3"), lines.keySet());
        assertEquals(Set.copyOf(lines.values()), Set.copyOf(Files.readAllLines(files.resolve("results.jsonl"))));

        ClientProcess.Result results = caravan(KEY, "batch", "results", id);
        assertEquals(Set.copyOf(lines.values()), Set.copyOf(results.out().lines().toList()));
        String list = caravan(KEY, "batch", "status").out();
        assertTrue(list.lines().anyMatch(line -> line.matches(id + " +ended +3 +2 +1 +0 +0 .* ago")), list);
        String status = caravan(KEY, "batch", "status", id).out();
        assertTrue(status.contains("Requests   3 requests: 2 succeeded, 1 errored\n"), status);

        assertEquals(id + " deleted\n", caravan(KEY, "batch", "delete", id).out());
        ClientProcess.Result gone = caravan(KEY, "batch", "status", id);
        assertEquals(1, gone.exitCode());
        assertTrue(gone.err().startsWith("caravan: not_found_error: there is no batch \"" + id + "\""), gone::err);
    }

    @Test
    void oneThatIsCancelled() throws Exception {
        holds(HELD);
        String id = submitted(Wire.request("claude-x"), Wire.request(HELD));
        client(KEY).awaitProgress(id, "1/2");
        assertTrue(caravan(KEY, "batch", "status", id).out().contains("Finished   1/2  50 %\n"));
        ClientProcess.Result early = caravan(KEY, "batch", "delete", id);
        assertTrue(early.err().contains("has not ended; cancel it"), early::err);
        assertEquals(id + " canceling\n", caravan(KEY, "batch", "cancel", id).out());
        ClientProcess.Result watched = caravan(KEY, "batch", "status", id, "--watch");
        assertTrue(watched.err().endsWith(id + " has ended, 2 requests: 1 succeeded, 1 canceled\n"), watched::err);
    }

    @Test
    void whatWasGivenUpIsTriedAgainOrDropped() throws Exception {
        AtomicBoolean mended = new AtomicBoolean();
        upstream.script(call -> {
            if (call.request().text().contains(HELD)) {
                call.awaitClientClosed();
            } else if (call.request().text().contains(BROKEN) && !mended.get()) {
                call.reply("500 Oops", "text/plain", "oops");
            } else {
                Wire.answer(call);
            }
        });
        String id = submitted(request("broken", Wire.request(BROKEN)), request("held", Wire.request(HELD)));
        client(KEY).awaitProgress(id, "1/2");
        ClientProcess.Result list = caravan(ADMIN_KEY, "dlq", "list");
        System.out.println("caravan dlq list:\n" + list.out() + list.err());
        List<String> letter = List.of(list.out().lines().toList().getLast().strip().split(" {2,}"));
        assertEquals(List.of("caravan.work.http", id, "broken", String.valueOf(ATTEMPTS)), letter.subList(1, 5));

        mended.set(true);
        assertEquals(letter.getFirst() + " will be tried again\n",
                caravan(ADMIN_KEY, "dlq", "retry", letter.getFirst()).out());
        client(KEY).awaitProgress(id, "1/2");
        assertEquals("caravan: there are no dead letters\n", caravan(ADMIN_KEY, "dlq", "list").err());
        client(KEY).cancel(id);
        client(KEY).awaitEnded(id);
        assertEquals("succeeded", client(KEY).results(id).get("broken").path("type").asText());

        mended.set(false);
        String ended = submitted(request("broken", Wire.request(BROKEN)));
        client(KEY).awaitEnded(ended);
        ClientProcess.Result tooLate = caravan(ADMIN_KEY, "dlq", "retry", "--all");
        assertEquals(1, tooLate.exitCode());
        assertTrue(tooLate.err().contains("conflict_error: the batch of this dead letter has ended"), tooLate::err);
        assertEquals("1 dropped\n", caravan(ADMIN_KEY, "dlq", "drop", "--all").out());
        assertEquals("caravan: there are no dead letters\n", caravan(ADMIN_KEY, "dlq", "list").err());
    }

    @Test
    void queuesArePausedAndResumed() throws Exception {
        upstream.script(Wire::answer);
        ClientProcess.Result paused = caravan(ADMIN_KEY, "queue", "pause", "--lane", "http");
        assertDone(paused);
        assertTrue(paused.out().contains("\nhttp  paused "), paused::out);
        String id = submitted(Wire.request("claude-x"));
        Patience.await("the request waits").until(() -> client(ADMIN_KEY).get("/admin/queues").json()
                .at("/data/1/depth").asInt() == 1);
        ClientProcess.Result status = caravan(ADMIN_KEY, "queue", "status");
        System.out.println("caravan queue status:\n" + status.out());
        assertTrue(status.out().lines().toList().get(1).matches("exec +running +0 +0 +0 +2 +-"), status::out);
        assertTrue(status.out().lines().toList().get(2).matches("http +paused +1 +0 +0 +4 +.*s"), status::out);
        assertEquals("0/1", client(KEY).progress(id));
        assertTrue(caravan(ADMIN_KEY, "queue", "resume").out().contains("\nhttp  running "));
        client(KEY).awaitEnded(id);
    }

    @Test
    void aGatewayIsDrainedAndTakesWorkAgain() throws Exception {
        upstream.script(Wire::answer);
        ClientProcess.Result drained = caravan(ADMIN_KEY, "queue", "drain");
        System.out.println("caravan queue drain:\n" + drained.out() + drained.err());
        assertDone(drained);
        assertTrue(drained.err().contains("this gateway takes no more queued work; 0 requests are under way"),
                drained::err);
        assertEquals("{\"draining\":true,\"in_hand\":0}", client(ADMIN_KEY).get("/admin/drain").text());
        String id = submitted(Wire.request("claude-x"));
        Patience.await("the request waits").until(() -> client(ADMIN_KEY).get("/admin/queues").json()
                .at("/data/1/depth").asInt() == 1);
        assertEquals("0/1", client(KEY).progress(id));
        assertDone(caravan(ADMIN_KEY, "queue", "resume"));
        client(KEY).awaitEnded(id);
    }

    @Test
    void theKeyOfAClientIsNoKeyOfAnOperator() throws Exception {
        for (String[] command : new String[][]{{"queue", "status"}, {"queue", "drain"}, {"dlq", "list"},
                {"dlq", "drop", "--all"}}) {
            ClientProcess.Result result = caravan(KEY, command);
            assertEquals(1, result.exitCode());
            assertTrue(result.err().startsWith("caravan: permission_error: this key does not open the doors"),
                    result::err);
        }
    }

    @Test
    void aGatewayWithoutAQueueSaysHowToGetOne() throws Exception {
        Files.writeString(files.resolve("requests.jsonl"), Wire.request("claude-x"));
        String yaml = "providers: { up: { dialect: anthropic, base-url: \"" + upstream.url() + "\" } }";
        try (GatewayUnderTest other = GatewayUnderTest.start(yaml)) {
            for (String[] command : new String[][]{{"batch", "submit", "requests.jsonl"}, {"queue", "status"}}) {
                ClientProcess.Result result = caravan(other, KEY, command);
                assertEquals(1, result.exitCode());
                assertTrue(result.err().startsWith("caravan: not_found_error: batches and queued work are off; "
                        + "a line `queue: {}` in caravan.yaml turns them on"), result::err);
            }
        }
    }
}
