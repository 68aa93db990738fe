package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.message.EventGrammar;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs over HTTP, done by way of the real broker and store. */
class JobsTest extends GatewayTest {
    private static final String ASYNC = "prefer: respond-async";
    private static final String MINE = "x-api-key: client-key-0123456789";
    private static final String THEIRS = "x-api-key: another-key-0123456789";

    @TempDir
    static Path directory;

    @Override
    protected String config() {
        return """
            keys:
              - { name: me, key: client-key-0123456789 }
              - { name: them, key: another-key-0123456789 }
            queue:
              directory: "%d"
              lanes: { http: { consumers: 3 } }
              attempts: 2
              redelivery: { delay: 50ms, multiplier: 1, most: 50ms }
            providers:
              up: { dialect: anthropic, base-url: "%s", api-key: upstream-key-0123456789 }
              chat: { dialect: openai, base-url: "%s/v1" }
            models:
              - { match: "claude-*", to: "up/{model}" }
            """.replace("%d", data().toString());
    }

    private static Path data() {
        try {
            return Files.createTempDirectory(directory, "data");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private WireReply post(String body, String... headers) throws IOException {
        List<String> all = new ArrayList<>(List.of(MINE));
        all.addAll(List.of(headers));
        try (RawClient client = gateway.connect()) {
            return client.post("/v1/messages", body, all.toArray(String[]::new)).reply();
        }
    }

    /** The id of a new job. */
    private String create(String model) throws IOException {
        WireReply reply = post(Wire.request(model), ASYNC);
        assertEquals(202, reply.status(), reply.text());
        return reply.json().path("id").asText();
    }

    private WireReply ask(String method, String path, String... headers) throws IOException {
        List<String> all = new ArrayList<>(List.of(headers));
        if (all.stream().noneMatch(header -> header.startsWith("x-api-key"))) {
            all.add(MINE);
        }
        try (RawClient client = gateway.connect()) {
            return client.request(method, path, all.toArray(String[]::new)).reply();
        }
    }

    private JsonNode job(String id) throws IOException {
        WireReply reply = ask("GET", "/v1/jobs/" + id);
        assertEquals(200, reply.status(), reply.text());
        return reply.json();
    }

    private JsonNode await(String id, String status) {
        Patience.await("the job is " + status).until(() -> job(id).path("status").asText().equals(status));
        try {
            return job(id);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private JobStream follow(RawClient client, String id, String... headers) throws IOException {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add(MINE);
        return new JobStream(client.get("/v1/jobs/" + id + "?stream=true", all.toArray(String[]::new)).head());
    }

    private List<JobStream.Event> events(String id, String... headers) throws IOException {
        try (RawClient client = gateway.connect()) {
            JobStream stream = follow(client, id, headers);
            assertEquals(200, stream.reply().status());
            assertEquals("text/event-stream; charset=utf-8", stream.reply().header("content-type"));
            return stream.rest();
        }
    }

    private static String raw(List<JobStream.Event> events) {
        return String.join("", events.stream().map(JobStream.Event::raw).toList());
    }

    @Test
    void aJobIsDoneLaterAndItsMessageIsKept() throws IOException {
        CountDownLatch go = new CountDownLatch(1);
        upstream.script(call -> call.await(go).streamHead().chunk(Wire.stream()).lastChunk());
        WireReply reply = post(Wire.request("claude-x"), ASYNC + ", wait=10");
        assertEquals(202, reply.status(), reply.text());
        JsonNode created = reply.json();
        String id = created.path("id").asText();
        assertTrue(id.matches("job_[0-9A-Za-z]{24}"), id);
        assertEquals("/v1/jobs/" + id, reply.header("location"));
        assertEquals("respond-async", reply.header("preference-applied"));
        assertEquals("job", created.path("type").asText());
        assertEquals("queued", created.path("status").asText());
        assertTrue(created.path("message").isNull() && created.path("error").isNull()
                && created.path("started_at").isNull() && created.path("ended_at").isNull(), created.toString());

        JsonNode begun = await(id, "in_progress");
        assertTrue(begun.path("started_at").isTextual(), begun.toString());
        go.countDown();
        JsonNode done = await(id, "succeeded");
        assertEquals(Wire.ANSWER, done.at("/message/content/0/text").asText());
        assertEquals("end_turn", done.at("/message/stop_reason").asText());
        assertTrue(done.path("error").isNull() && done.path("ended_at").isTextual(), done.toString());
        assertTrue(upstream.call().request().text().contains("\"stream\":true"), "a job is a stream inside");
        assertEquals(Wire.stream(), raw(events(id)), "the upstream's own bytes");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"prefer: wait=10 | 200", "prefer: RESPOND-ASYNC; a=b | 202",
            "prefer: handling=strict,respond-async | 202", "prefer: x-respond-async | 200",
            "x-prefer: respond-async | 200"})
    void onlyWhoPrefersItIsAnsweredLater(String header, int status) throws IOException {
        upstream.script(Wire::answer);
        WireReply reply = post(Wire.request("claude-x"), header);
        assertEquals(status, reply.status(), reply.text());
        if (status == 202) {
            await(reply.json().path("id").asText(), "succeeded");
        } else {
            assertNull(reply.header("preference-applied"));
        }
    }

    @Test
    void whatCannotBeAnsweredMakesNoJob() throws IOException {
        int before = ask("GET", "/v1/jobs?limit=1000").json().path("data").size();
        assertEquals(400, post("{\"model\":\"claude-x\"}", ASYNC).status());
        assertEquals(404, post(Wire.request("nobody-knows"), ASYNC).status());
        try (RawClient client = gateway.connect()) {
            assertEquals(401, client.post("/v1/messages", Wire.request("claude-x"), ASYNC).reply().status());
        }
        assertEquals(before, ask("GET", "/v1/jobs?limit=1000").json().path("data").size());
        assertEquals(List.of(), upstream.calls());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"stream\":false,", "\"stream\": true ,", "\"stream\":null,", ""})
    void aClientsStreamFlagDoesNotMatter(String flag) throws IOException {
        upstream.script(Wire::answer);
        String body = Wire.request("claude-x").replaceFirst("\\{", " {" + flag);
        WireReply reply = post(body, ASYNC);
        assertEquals(202, reply.status(), reply.text());
        await(reply.json().path("id").asText(), "succeeded");
        String sent = upstream.call().request().text();
        assertEquals(sent.indexOf("\"stream\""), sent.lastIndexOf("\"stream\""), sent);
    }

    @Test
    void aFollowerSeesEventsWhileTheyAreMade() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        upstream.script(call -> call.streamHead().chunk(Wire.opening()).await(go)
                .chunk(Wire.frame("content_block_delta", Wire.delta(Wire.ANSWER))).chunk(Wire.closing()).lastChunk());
        String id = create("claude-x");
        try (RawClient first = gateway.connect();
                RawClient second = gateway.connect();
                RawClient third = gateway.connect()) {
            JobStream early = follow(first, id);
            JobStream leaver = follow(second, id);
            assertEquals("message_start", early.next().name());
            assertEquals("message_start", leaver.next().name());
            second.close();
            assertEquals("in_progress", job(id).path("status").asText());
            JobStream late = follow(third, id);
            assertEquals("message_start", late.next().name());
            go.countDown();
            List<JobStream.Event> rest = early.rest();
            assertEquals("message_stop", rest.getLast().name());
            assertEquals(rest, late.rest());
        }
        await(id, "succeeded");
    }

    @Test
    void everyPositionGivesExactlyTheRest() throws IOException {
        upstream.script(call -> call.streamHead().chunk(ChatWire.text("one") + ChatWire.text(" two"))
                .chunk(ChatWire.end("stop")).lastChunk());
        String id = create("chat/x");
        await(id, "succeeded");
        List<JobStream.Event> all = events(id);
        EventGrammar.wholeStream(all.stream().map(JobStream.Event::frame).toList());
        for (int i = 0; i < all.size() - 1; i++) {
            assertEquals("1-" + (i + 1), all.get(i).id());
            assertEquals(all.subList(i + 1, all.size()), events(id, "last-event-id: " + all.get(i).id()));
        }
        WireReply nothing = ask("GET", "/v1/jobs/" + id + "?stream=true", "last-event-id: " + all.getLast().id());
        assertEquals(204, nothing.status());
        assertArrayEquals(new byte[0], nothing.body());
        for (String wrong : List.of("x", "1-" + (all.size() + 1), "2-1", "1-99999999999", "-1-1")) {
            assertEquals(400, ask("GET", "/v1/jobs/" + id + "?stream=true", "last-event-id: " + wrong).status(),
                    wrong);
        }
    }

    @Test
    void aLongAnswerIsWhole() throws IOException {
        upstream.script(call -> {
            call.streamHead().chunk(Wire.opening());
            for (int i = 0; i < 1_000; i++) {
                call.chunk(Wire.frame("content_block_delta", Wire.delta("w" + i + " ")));
            }
            call.chunk(Wire.closing()).lastChunk();
        });
        String id = create("claude-x");
        List<JobStream.Event> live = events(id);
        assertEquals(1_006, live.size());
        assertTrue(await(id, "succeeded").at("/message/content/0/text").asText().endsWith(" w998 w999 "));
        assertEquals(live, events(id));
    }

    @Test
    void aRefusalIsTheResult() throws IOException {
        upstream.script(call -> call.reply("400 Bad Request", "application/json",
                "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\", \"message\":\"no\"},\"x\":1}"));
        String id = create("claude-x");
        JsonNode job = await(id, "errored");
        assertEquals("{\"type\":\"invalid_request_error\",\"message\":\"no\"}", job.path("error").toString());
        assertTrue(job.path("message").isNull());
        List<JobStream.Event> events = events(id);
        assertEquals(1, events.size());
        assertEquals("error", events.getFirst().name());
        assertEquals("1-1", events.getFirst().id());
        assertTrue(events.getFirst().data().contains("invalid_request_error"));
        assertEquals(204, ask("GET", "/v1/jobs/" + id + "?stream=true", "last-event-id: 1-1").status());
        assertEquals(1, upstream.calls().size());
    }

    @Test
    void aBrokenAnswerIsTriedAgainAndFollowersAreTold() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch seen = new CountDownLatch(1);
        upstream.script(call -> {
            if (calls.incrementAndGet() == 1) {
                call.streamHead().chunk(Wire.opening()).await(seen).reset();
            } else {
                call.streamHead().chunk(Wire.stream()).lastChunk();
            }
        });
        String id = create("claude-x");
        try (RawClient client = gateway.connect()) {
            JobStream stream = follow(client, id);
            assertEquals("1-1", stream.next().id());
            seen.countDown();
            List<JobStream.Event> rest = stream.rest();
            assertEquals("error", rest.getLast().name());
            assertEquals("", rest.getLast().id());
            assertTrue(rest.getLast().data().contains("\"overloaded_error\""), rest.getLast().data());
        }
        await(id, "succeeded");
        List<JobStream.Event> anew = events(id, "last-event-id: 1-1");
        assertEquals(Wire.stream(), raw(anew));
        assertEquals("2-1", anew.getFirst().id());
    }

    @Test
    void afterTheLastAttemptTheFailureIsTheResult() throws IOException {
        upstream.script(call -> call.streamHead().chunk(Wire.opening()).reset());
        String id = create("claude-x");
        JsonNode job = await(id, "errored");
        assertEquals("api_error", job.at("/error/type").asText());
        assertEquals(2, upstream.calls().size());
        EventGrammar.failedStream(events(id).stream().map(JobStream.Event::frame).toList());
    }

    @Test
    void oneWhoHasSeenNothingOfAFailedAttemptSeesTheNext() throws IOException {
        AtomicInteger calls = new AtomicInteger();
        upstream.script(call -> {
            if (calls.incrementAndGet() < 4) {
                call.reply("529 Overloaded", "application/json",
                        "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"later\"}}");
            } else {
                call.streamHead().chunk(Wire.stream()).lastChunk();
            }
        });
        String id = create("claude-x");
        assertEquals(Wire.stream(), raw(events(id)));
        assertEquals("succeeded", await(id, "succeeded").path("status").asText(), "an overload uses up no attempt");
    }

    @Test
    void aRunningJobIsCancelled() throws Exception {
        upstream.script(call -> call.streamHead().chunk(Wire.opening()).awaitClientClosed());
        String id = create("claude-x");
        try (RawClient client = gateway.connect()) {
            JobStream stream = follow(client, id);
            assertEquals("message_start", stream.next().name());
            WireReply reply = ask("DELETE", "/v1/jobs/" + id);
            assertEquals(200, reply.status());
            assertEquals("canceled", reply.json().path("status").asText());
            Patience.await("the upstream is given up").until(() -> upstream.call().clientClosed().getCount() == 0);
            List<JobStream.Event> rest = stream.rest();
            assertEquals("error", rest.getLast().name());
            assertTrue(rest.getLast().data().contains("canceled"), rest.getLast().data());
        }
        WireReply again = ask("DELETE", "/v1/jobs/" + id);
        assertEquals(200, again.status());
        JsonNode job = again.json();
        assertEquals("canceled", job.path("status").asText());
        assertTrue(job.path("message").isNull() && job.path("error").isNull(), job.toString());
        gateway.awaitIdle();
        assertEquals(1, upstream.calls().size(), "not tried again");
    }

    @Test
    void aCallThatHasNotBeenAnsweredIsCancelledToo() throws Exception {
        upstream.script(UpstreamCall::awaitClientClosed);
        String id = create("claude-x");
        Patience.await("the upstream is asked").until(() -> !upstream.calls().isEmpty());
        ask("DELETE", "/v1/jobs/" + id);
        Patience.await("the upstream is given up").until(() -> upstream.call().clientClosed().getCount() == 0);
    }

    @Test
    void aWaitingJobIsCancelledAtOnce() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        upstream.script(call -> call.await(go).streamHead().chunk(Wire.stream()).lastChunk());
        List<String> busy = List.of(create("claude-x"), create("claude-x"), create("claude-x"));
        Patience.await("all consumers are busy").until(() -> upstream.calls().size() == 3);
        String id = create("claude-x");
        assertEquals("queued", job(id).path("status").asText());
        assertEquals("canceled", ask("DELETE", "/v1/jobs/" + id).json().path("status").asText());
        assertEquals("error", events(id).getFirst().name());
        go.countDown();
        for (String other : busy) {
            await(other, "succeeded");
        }
        String next = create("claude-x");
        await(next, "succeeded");
        assertEquals(4, upstream.calls().size(), "the cancelled one was never asked for");
    }

    @Test
    void whatBelongsToAnotherKeyIsNotThere() throws IOException {
        upstream.script(Wire::answer);
        String id = create("claude-x");
        await(id, "succeeded");
        for (String path : List.of("/v1/jobs/" + id, "/v1/jobs/" + id + "?stream=true", "/v1/jobs/job_none")) {
            WireReply reply = ask("GET", path, THEIRS);
            assertEquals(404, reply.status());
            assertEquals("not_found_error", reply.json().at("/error/type").asText());
        }
        assertEquals(404, ask("DELETE", "/v1/jobs/" + id, THEIRS).status());
        assertEquals(0, ask("GET", "/v1/jobs", THEIRS).json().path("data").size());
        JsonNode page = ask("GET", "/v1/jobs?limit=1").json();
        assertEquals(id, page.at("/data/0/id").asText());
        assertEquals(page.path("last_id").asText(), id);
        assertEquals(404, ask("PUT", "/v1/jobs-of-others").status());
        assertEquals(405, ask("PUT", "/v1/jobs").status());
    }

    @Test
    void aJobsBytesAreUtf8() throws IOException {
        String words = "\u00e4 \u4e16\u754c \ud83d\udc2b";
        upstream.script(call -> call.streamHead()
                .chunk(Wire.opening() + Wire.frame("content_block_delta", Wire.delta(words)) + Wire.closing())
                .lastChunk());
        String id = create("claude-x");
        JsonNode job = await(id, "succeeded");
        assertEquals(words, job.at("/message/content/0/text").asText());
        assertTrue(raw(events(id)).getBytes(StandardCharsets.UTF_8).length > 0);
    }
}
