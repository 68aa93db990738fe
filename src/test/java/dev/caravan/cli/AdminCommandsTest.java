package dev.caravan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.cli.FakeBatchGateway.Reply;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code caravan dlq} and {@code caravan queue}. */
final class AdminCommandsTest {
    private static final String LETTERS = "/admin/dead-letters";
    private static final Reply DONE = new Reply(204, Map.of(), "", -1);
    private static final String EXEC = "{\"name\":\"exec\",\"depth\":1234,\"delivering\":2,\"scheduled\":0,"
            + "\"oldest_seconds\":3725,\"consumers\":2,\"paused\":%s}";
    private static final String HTTP = "{\"name\":\"http\",\"depth\":0,\"delivering\":0,\"scheduled\":7,"
            + "\"oldest_seconds\":null,\"consumers\":16,\"paused\":%s}";

    @TempDir
    Path directory;

    private final FakeBatchGateway gateway = new FakeBatchGateway();

    @AfterEach
    void close() {
        gateway.close();
    }

    private Cli cli() {
        return new Cli(directory);
    }

    private static String letter(String id, String queue, String reason) {
        return "{\"id\":\"" + id + "\",\"queue\":\"" + queue + "\",\"source\":\"msgbatch_1\",\"custom_id\":\"line-7\","
                + "\"attempts\":5,\"reason\":\"" + reason + "\",\"died_at\":\"2026-01-02T03:04:05Z\"}";
    }

    private void twoPages() {
        gateway.on("GET " + LETTERS + "?limit=1000",
                Reply.ok("{\"data\":[" + letter("ID:a/1", "caravan.work.http", "529 \\u001b[31moverloaded")
                        + "],\"has_more\":true}"))
                .on("GET " + LETTERS + "?limit=1000&after_id=ID%3Aa%2F1", Reply.ok(
                        "{\"data\":[" + letter("2", "caravan.work.exec", "it crashed") + "],\"has_more\":false}"));
    }

    private static Reply queues(boolean execPaused, boolean httpPaused) {
        return Reply
                .ok("{\"data\":[" + EXEC.formatted(execPaused) + "," + HTTP.formatted(httpPaused) + "]}");
    }

    @Test
    void deadLettersAreListedFromAllPages() {
        twoPages();
        Cli.Result all = cli().dlq("list", "--url", gateway.url());
        Cli.Result exec = cli().dlq("list", "--queue", "caravan.work.exec", "--url", gateway.url());
        Cli.Result none = cli().dlq("list", "--queue", "other", "--url", gateway.url());
        assertEquals(List.of(
                "ID      QUEUE              SOURCE      CUSTOM_ID  ATTEMPTS  DIED  REASON",
                "ID:a/1  caravan.work.http  msgbatch_1  line-7            5  ago  529 ␛[31moverloaded",
                "2       caravan.work.exec  msgbatch_1  line-7            5  ago  it crashed"),
                all.out().lines().map(line -> line.replaceFirst("[0-9]+ [a-z]+( [0-9]+ [a-z]+)? ago", "ago")
                        .replaceFirst("DIED +", "DIED  ")).toList());
        assertEquals(2, exec.out().lines().count());
        assertEquals(new Cli.Result(0, "", "caravan: there are no dead letters of other\n"), none);
    }

    @Test
    void oneIsTriedAgainOrDropped() {
        gateway.on("POST " + LETTERS + "/ID%3Aa%2F1/retry", Reply.ok("{}")).on("DELETE " + LETTERS + "/2", DONE);
        assertEquals(new Cli.Result(0, "ID:a/1 will be tried again\n", ""),
                cli().dlq("retry", "ID:a/1", "--url", gateway.url()));
        assertEquals(new Cli.Result(0, "2 dropped\n", ""), cli().dlq("drop", "2", "--url", gateway.url()));
        Cli.Result gone = cli().dlq("drop", "3", "--url", gateway.url());
        assertEquals(1, gone.exit());
        assertTrue(gone.err().contains("not_found_error"), gone.err());
    }

    @Test
    void allAreTriedAgainButThoseThatAreGone() {
        twoPages();
        gateway.on("POST " + LETTERS + "/ID%3Aa%2F1/retry", Reply.ok("{}"));
        assertEquals(new Cli.Result(0, "1 will be tried again\n", ""),
                cli().dlq("retry", "--all", "--url", gateway.url()));
        assertEquals(1, gateway.requests("POST " + LETTERS + "/2/retry").size());
    }

    @Test
    void aFailureAmongAllIsToldWithWhatWasDone() {
        twoPages();
        gateway.on("DELETE " + LETTERS + "/ID%3Aa%2F1", DONE).on("DELETE " + LETTERS + "/2",
                Reply.error(500, "api_error", "the store is away"));
        Cli.Result result = cli().dlq("drop", "--all", "--url", gateway.url());
        assertEquals(1, result.exit());
        assertTrue(result.err().startsWith("caravan: 1 dropped, then 2 failed\ncaravan: api_error: the store is away"),
                result.err());
    }

    @Test
    void itIsSaidWhichOnes() {
        assertEquals(2, cli().dlq("drop", "--url", gateway.url()).exit());
        assertEquals(2, cli().dlq("retry", "1", "--all", "--url", gateway.url()).exit());
        assertEquals(List.of(), gateway.requests());
    }

    @Test
    void queuesAreATable() {
        gateway.on("GET /admin/queues", queues(false, true));
        assertEquals(new Cli.Result(0, """
            LANE  STATE    WAITING  UNDER WAY  SCHEDULED  CONSUMERS  OLDEST
            exec  running    1,234          2          0          2  1 h 2 min
            http  paused         0          0          7         16  -
            """, ""), cli().queue("status", "--url", gateway.url()));
    }

    @Test
    void oneLaneIsPausedAndAllAreResumed() {
        gateway.on("GET /admin/queues", queues(false, false), queues(true, false))
                .on("POST /admin/queues/exec/pause", DONE).on("POST /admin/queues/exec/resume", DONE)
                .on("POST /admin/queues/http/resume", DONE).on("DELETE /admin/drain", DONE);
        Cli.Result paused = cli().queue("pause", "--lane", "exec", "--url", gateway.url());
        assertEquals(0, paused.exit(), paused.err());
        assertTrue(paused.out().contains("exec  paused"), paused.out());
        assertEquals(2, paused.out().lines().count(), paused.out());
        assertEquals(0, cli().queue("resume", "--url", gateway.url()).exit());
        assertEquals(1, gateway.requests("POST /admin/queues/http/resume").size());
        assertEquals(1, gateway.requests("DELETE /admin/drain").size());
        assertEquals(0, gateway.requests("POST /admin/queues/http/pause").size());
    }

    @Test
    void drainingTellsWhatIsLeft() {
        gateway.on("GET /admin/queues", queues(false, false)).on("POST /admin/drain",
                Reply.ok("{\"draining\":true,\"in_hand\":3}"));
        Cli.Result result = cli().queue("drain", "--url", gateway.url());
        assertEquals(0, result.exit(), result.err());
        assertTrue(result.out().contains("exec  running    1,234          2"), result.out());
        assertEquals("caravan: this gateway takes no more queued work; 3 requests are under way\n", result.err());
        assertEquals(1, gateway.requests("POST /admin/drain").size());
    }

    @Test
    void anUnknownLaneIsAMistake() {
        gateway.on("GET /admin/queues", queues(false, false));
        Cli.Result result = cli().queue("pause", "--lane", "gpu", "--url", gateway.url());
        assertEquals(2, result.exit());
        assertTrue(result.err().contains("--lane: expected one of exec, http"), result.err());
    }

    @Test
    void aGatewayWithoutTheDoorSaysSo() {
        Cli.Result result = cli().queue("status", "--url", gateway.url());
        assertEquals(1, result.exit());
        assertTrue(result.err().contains("not_found_error"), result.err());
    }
}
