package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.message.EventGrammar.Block;
import dev.caravan.message.EventGrammar.Said;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An upstream of every dialect, and all that can break between it and Caravan: before the first words the client gets a status and
 * the API's envelope, afterwards one {@code error} event, and never a message that looks whole.
 */
class EveryDialectTest extends ProviderTest {
    /** What an upstream's status becomes; where its body says more than that, tests of the dialect tell. */
    private static final List<Arguments> STATUSES = List.of(Arguments.of(400, 400, "invalid_request_error"),
            Arguments.of(401, 502, "api_error"), Arguments.of(403, 502, "api_error"),
            Arguments.of(404, 404, "not_found_error"), Arguments.of(408, 504, "timeout_error"),
            Arguments.of(413, 413, "request_too_large"), Arguments.of(422, 400, "invalid_request_error"),
            Arguments.of(429, 429, "rate_limit_error"), Arguments.of(500, 500, "api_error"),
            Arguments.of(502, 529, "overloaded_error"), Arguments.of(503, 529, "overloaded_error"),
            Arguments.of(504, 504, "timeout_error"), Arguments.of(529, 529, "overloaded_error"),
            Arguments.of(307, 502, "api_error"));

    @Override
    protected String config() {
        return SpokenDialect.config();
    }

    // -- what is well --------------------------------------------------------------------------------------------------

    @Tag("case-5")
    @ParameterizedTest(name = "case 5, {0}: the usage is told at the beginning and at the end, never zero")
    @EnumSource
    void aStream(SpokenDialect dialect) throws IOException {
        Said said = whole(dialect.model(), call -> dialect.begin(call).chunk(dialect.closing()).lastChunk());
        assertEquals(List.of(Block.text(Wire.ANSWER)), said.blocks());
        assertEquals("end_turn", said.stopReason());
        assertTrue(said.start().at("/message/usage/input_tokens").asInt() > 0, said.start().toString());
        assertTrue(said.end().at("/usage/output_tokens").asInt() > 0, said.end().toString());
        JsonNode message = said.start().path("message");
        boolean passed = dialect == SpokenDialect.ANTHROPIC || dialect == SpokenDialect.INVOKE;
        assertEquals(passed ? "claude-up" : dialect.model(), message.path("model").asText());
        assertTrue(message.path("id").asText().matches(passed ? "msg_01" : "msg_[A-Za-z0-9]{24}"), message.toString());
    }

    @Tag("case-16")
    @ParameterizedTest(name = "case 16, {0}: counting tokens asks nobody")
    @EnumSource
    void counting(SpokenDialect dialect) throws IOException {
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages/count_tokens", Wire.request(dialect.model())).reply();
            assertEquals(200, reply.status(), reply.text());
            assertTrue(reply.json().path("input_tokens").asInt() > 0, reply.text());
        }
        assertEquals(List.of(), upstream.calls());
    }

    @ParameterizedTest(name = "{0}: every word arrives while the upstream holds the next one back")
    @EnumSource
    void live(SpokenDialect dialect) throws IOException {
        Semaphore read = new Semaphore(0);
        upstream.script(call -> {
            dialect.head(call).chunk(dialect.start());
            for (int i = 0; i < 20; i++) {
                call.chunk(dialect.text("word " + i));
                assertTrue(read.tryAcquire(30, TimeUnit.SECONDS), "word " + i + " has not arrived");
            }
            call.chunk(dialect.closing()).lastChunk();
        });
        try (RawClient client = gateway.connect()) {
            WireReply reply = stream(client, dialect.model());
            for (int i = 0; i < 20; i++) {
                WireEvent event = reply.event();
                while (!event.name().equals("content_block_delta")) {
                    event = reply.event();
                }
                assertEquals("word " + i, event.json().at("/delta/text").asText());
                read.release();
            }
            assertEquals(List.of("content_block_stop", "message_delta", "message_stop"),
                    reply.events().stream().map(WireEvent::name).toList());
        }
    }

    @Tag("case-13")
    @ParameterizedTest(name = "case 13, {0}: betas and the client's credential go to nobody whom they do not concern")
    @EnumSource
    void headers(SpokenDialect dialect) throws IOException {
        upstream.script(call -> call.json(dialect.message(Wire.ANSWER)));
        try (RawClient client = gateway.connect()) {
            assertEquals(200, client.post("/v1/messages?beta=true", Wire.request(dialect.model()),
                    "anthropic-version: 2023-06-01", "anthropic-beta: made-up-2026-01-01,other-2026-01-01",
                    "x-api-key: clients-own-key", "cookie: clients-own-key").reply().status());
        }
        WireRequest request = upstream.call().request();
        String head = request.head().toLowerCase(Locale.ROOT);
        boolean anthropic = dialect == SpokenDialect.ANTHROPIC;
        assertEquals(anthropic ? "made-up-2026-01-01,other-2026-01-01" : null, request.header("anthropic-beta"));
        assertEquals(anthropic ? "2023-06-01" : null, request.header("anthropic-version"));
        assertFalse(request.text().contains("made-up"), request.text());
        assertFalse(head.contains("clients-own-key") || head.contains("camel"), head);
        assertTrue(head.contains(Wire.UPSTREAM_KEY), head);
    }

    @Tag("case-15")
    @ParameterizedTest(name = "case 15, {0}: a whole message where a stream was asked for")
    @EnumSource
    void aMessageInsteadOfAStream(SpokenDialect dialect) throws IOException {
        Said said = whole(dialect.model(), call -> call.json(dialect.message(Wire.ANSWER)));
        assertEquals(List.of(Block.text(Wire.ANSWER)), said.blocks());
        assertEquals("end_turn", said.stopReason());
    }

    @Tag("case-15")
    @ParameterizedTest(name = "case 15, {0}: a stream where a whole message was asked for")
    @EnumSource
    void aStreamInsteadOfAMessage(SpokenDialect dialect) throws IOException {
        upstream.script(call -> dialect.begin(call).chunk(dialect.closing()).lastChunk());
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", Wire.request(dialect.model())).reply();
            assertEquals(200, reply.status(), reply.text());
            assertEquals("application/json", reply.header("content-type"));
            JsonNode message = reply.json();
            assertEquals("message", message.path("type").asText());
            assertEquals(Wire.ANSWER, message.at("/content/0/text").asText());
            assertEquals("end_turn", message.path("stop_reason").asText());
        }
    }

    @Tag("case-21")
    @ParameterizedTest(name = "case 21, {0}: a byte a packet")
    @EnumSource
    void aByteAPacket(SpokenDialect dialect) throws IOException {
        String text = "Grüße 你好🎉";
        Said said = whole(dialect.model(), call -> {
            dialect.head(call);
            for (byte[] part : List.of(dialect.start(), dialect.text(text), dialect.closing())) {
                for (byte b : part) {
                    call.chunk(new byte[]{b});
                }
            }
            call.lastChunk();
        });
        assertEquals(List.of(Block.text(text)), said.blocks());
    }

    /** Gemini sends no mark of the end but the end itself. */
    @Tag("case-7")
    @ParameterizedTest(name = "case 7, {0}: an upstream that keeps its connection open behind the message")
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GEMINI")
    void openBehindTheMessage(SpokenDialect dialect) throws IOException {
        Said said = whole(dialect.model(), call -> dialect.begin(call).chunk(dialect.closing()).awaitClientClosed());
        assertEquals("end_turn", said.stopReason());
        Patience.await("the connection is given up").until(() -> upstream.call().clientClosed().getCount() == 0);
    }

    // -- before the first words ----------------------------------------------------------------------------------------

    static Stream<Arguments> statuses() {
        return Arrays.stream(SpokenDialect.values()).flatMap(dialect -> STATUSES.stream()
                .map(status -> Arguments.of(dialect, status.get()[0], status.get()[1], status.get()[2])));
    }

    @Tag("case-15")
    @ParameterizedTest(name = "case 15, {0}: {1} becomes {2} {3}")
    @MethodSource("statuses")
    void aStatus(SpokenDialect dialect, int from, int status, String type) throws IOException {
        String own = dialect.failure(type, "the reason, says " + Wire.UPSTREAM_KEY);
        for (String body : List.of(own, "<html><body>" + from + " at nginx</body></html>", "", "{\"x\":1}")) {
            String contentType = body.startsWith("<") ? "text/html" : "application/json";
            boolean passed = dialect == SpokenDialect.ANTHROPIC && body.equals(own) && from == 422;
            WireReply reply = assertFails(passed ? from : status, type, dialect.model(),
                    call -> call.reply(from + " Whatever", contentType, body, "retry-after: 7"));
            assertEquals("7", reply.header("retry-after"));
            assertFalse(reply.text().contains("nginx"), reply.text());
            if (body.equals(own) && status != 502) {
                assertTrue(reply.text().contains("the reason"), reply.text());
            }
        }
    }

    static Stream<Arguments> noMessages() {
        return Arrays.stream(SpokenDialect.values()).flatMap(dialect -> Stream
                .of("", "{", "{}", "[]", "null", "7", "<html>busy</html>", "upstream connect error",
                        dialect.failure("api_error", "no"),
                        dialect.message(Wire.ANSWER).substring(0, dialect.message(Wire.ANSWER).length() / 2))
                .map(body -> Arguments.of(dialect, body)));
    }

    /** A failure that comes with 200 may have a status of its own, but it is one. */
    @Tag("case-15")
    @ParameterizedTest(name = "case 15, {0}: 200 with {1}")
    @MethodSource("noMessages")
    void aReplyThatIsNone(SpokenDialect dialect, String body) throws IOException {
        upstream.script(call -> call.json(body));
        for (String request : List.of(Wire.request(dialect.model()), Wire.streaming(dialect.model()))) {
            try (RawClient client = gateway.connect()) {
                WireReply reply = client.post("/v1/messages", request).reply();
                assertTrue(reply.status() >= 429, reply.text());
                assertEquals("error", reply.json().path("type").asText());
            }
        }
    }

    @Tag("case-15")
    @ParameterizedTest(name = "case 15, {0}: a page instead of a reply")
    @EnumSource
    void aPage(SpokenDialect dialect) throws IOException {
        assertFails(502, "api_error", dialect.model(),
                call -> call.reply("200 OK", "text/html", "<html>Welcome to the proxy. Log in.</html>"));
    }

    @Tag("case-7")
    @ParameterizedTest(name = "case 7, {0}: a stream with nothing in it")
    @EnumSource
    void aStreamOfNothing(SpokenDialect dialect) throws IOException {
        assertFails(502, "api_error", dialect.model(), call -> dialect.head(call).lastChunk());
    }

    @Tag("case-14")
    @ParameterizedTest(name = "case 14, {0}: silence before the head")
    @EnumSource
    void silenceBeforeTheHead(SpokenDialect dialect) throws IOException {
        assertFails(504, "timeout_error", dialect.briefModel(), UpstreamCall::awaitClientClosed);
    }

    @Tag("case-14")
    @ParameterizedTest(name = "case 14, {0}: silence behind the head")
    @EnumSource
    void silenceBehindTheHead(SpokenDialect dialect) throws IOException {
        assertFails(504, "timeout_error", dialect.briefModel(), call -> dialect.head(call).awaitClientClosed());
    }

    @Tag("case-7")
    @ParameterizedTest(name = "case 7, {0}: a reset before the head")
    @EnumSource
    void aResetBeforeTheHead(SpokenDialect dialect) throws IOException {
        assertFails(502, "api_error", dialect.model(), UpstreamCall::reset);
    }

    @Tag("case-7")
    @ParameterizedTest(name = "case 7, {0}: a reset behind the head")
    @EnumSource
    void aResetBehindTheHead(SpokenDialect dialect) throws IOException {
        assertFails(502, "api_error", dialect.model(), call -> {
            dialect.head(call);
            call.reset();
        });
    }

    @Tag("case-7")
    @ParameterizedTest(name = "case 7, {0}: what is not HTTP")
    @EnumSource
    void notHttp(SpokenDialect dialect) throws IOException {
        assertFails(502, "api_error", dialect.model(), call -> {
            call.send("SSH-2.0-OpenSSH_9.2\r\n\r\n");
            call.close();
        });
    }

    // -- in mid-stream -------------------------------------------------------------------------------------------------

    @Tag("case-7")
    @ParameterizedTest(name = "case 7, {0}: a clean end before the message''s")
    @EnumSource
    void aCleanEnd(SpokenDialect dialect) throws IOException {
        assertEndsInError("api_error", "before", dialect.model(), call -> dialect.begin(call).lastChunk());
    }

    @Tag("case-7")
    @ParameterizedTest(name = "case 7, {0}: an end in the midst of an event")
    @EnumSource
    void anEndInsideAnEvent(SpokenDialect dialect) throws IOException {
        assertEndsInError("api_error", "", dialect.model(),
                call -> dialect.begin(call).chunk(Arrays.copyOf(dialect.closing(), 20)).lastChunk());
    }

    @Tag("case-7")
    @ParameterizedTest(name = "case 7, {0}: closed without the last chunk")
    @EnumSource
    void closed(SpokenDialect dialect) throws IOException {
        assertEndsInError("api_error", "broke", dialect.model(), call -> dialect.begin(call).close());
    }

    @Tag("case-7")
    @ParameterizedTest(name = "case 7, {0}: reset")
    @EnumSource
    void aReset(SpokenDialect dialect) throws IOException {
        assertEndsInError("api_error", "broke", dialect.model(), call -> {
            dialect.begin(call).await(begun);
            call.reset();
        });
    }

    @Tag("case-7")
    @ParameterizedTest(name = "case 7, {0}: chunks that are none")
    @EnumSource
    void brokenChunks(SpokenDialect dialect) throws IOException {
        assertEndsInError("api_error", "broke", dialect.model(),
                call -> dialect.begin(call).send("zz\r\nwhat is this\r\n"));
    }

    @Tag("case-7")
    @ParameterizedTest(name = "case 7, {0}: garbage where an event should be")
    @EnumSource
    void garbage(SpokenDialect dialect) throws IOException {
        assertEndsInError("api_error", "", dialect.model(),
                call -> dialect.begin(call).chunk(dialect.garbage()).chunk(dialect.closing()).lastChunk());
    }

    @Tag("case-7")
    @ParameterizedTest(name = "case 7, {0}: an error of the upstream")
    @EnumSource
    void anErrorOfTheUpstream(SpokenDialect dialect) throws IOException {
        // Ollama has words for a failure and no more.
        String type = dialect == SpokenDialect.OLLAMA ? "api_error" : "rate_limit_error";
        assertEndsInError(type, "slow down", dialect.model(),
                call -> dialect.begin(call).chunk(dialect.slowDown()).lastChunk());
    }

    @Tag("case-14")
    @ParameterizedTest(name = "case 14, {0}: silence in mid-stream")
    @EnumSource
    void silence(SpokenDialect dialect) throws IOException {
        assertEndsInError("timeout_error", "was silent", dialect.briefModel(),
                call -> dialect.begin(call).awaitClientClosed());
        Patience.await("the connection is closed").until(() -> upstream.call().clientClosed().getCount() == 0);
    }

    @Tag("case-7")
    @ParameterizedTest(name = "case 7, {0}: a whole message that breaks off")
    @EnumSource
    void aMessageThatBreaksOff(SpokenDialect dialect) throws IOException {
        assertFails(502, "api_error", dialect.model(), call -> {
            call.send("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n"
                    + dialect.message(Wire.ANSWER));
            call.close();
        });
    }

    // -- a client that leaves ------------------------------------------------------------------------------------------

    @Tag("case-6")
    @ParameterizedTest(name = "case 6, {0}: a client that leaves in mid-stream")
    @EnumSource
    void leavesMidStream(SpokenDialect dialect) throws IOException {
        upstream.script(call -> dialect.begin(call).awaitClientClosed());
        try (RawClient client = gateway.connect()) {
            assertEquals("message_start", stream(client, dialect.model()).event().name());
        }
        assertCancelled();
    }

    /** The best of three, so that a busy machine does not fail it; what waits for a time-out takes longer every time. */
    @Tag("case-6")
    @ParameterizedTest(name = "case 6, {0}: the upstream''s connection is closed within a second")
    @EnumSource
    void closedWithinASecond(SpokenDialect dialect) throws IOException {
        upstream.script(call -> dialect.begin(call).awaitClientClosed());
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            upstream.reset();
            long left;
            try (RawClient client = gateway.connect()) {
                assertEquals("message_start", stream(client, dialect.model()).event().name());
                left = System.nanoTime();
            }
            Patience.await("the connection is closed").until(() -> upstream.call().clientClosed().getCount() == 0);
            best = Math.min(best, upstream.call().clientClosedNanos() - left);
            gateway.awaitIdle();
        }
        assertTrue(best < 1_000_000_000, "closed after " + best + " ns");
    }

    static Stream<Arguments> askedEitherWay() {
        return IntStream.range(0, 2).boxed().flatMap(way -> Arrays.stream(SpokenDialect.values())
                .map(dialect -> Arguments.of(dialect, way == 0 ? "a stream" : "a message")));
    }

    @Tag("case-6")
    @ParameterizedTest(name = "case 6, {0}: a client that leaves before the first byte of {1}")
    @MethodSource("askedEitherWay")
    void leavesBeforeTheFirstByte(SpokenDialect dialect, String what) throws IOException {
        upstream.script(UpstreamCall::awaitClientClosed);
        try (RawClient client = gateway.connect()) {
            client.post("/v1/messages",
                    what.equals("a stream") ? Wire.streaming(dialect.model()) : Wire.request(dialect.model()));
            Patience.await("the upstream is asked").until(() -> upstream.calls().size() == 1);
        }
        assertCancelled();
    }
}
