package dev.caravan.provider.media;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiException;
import dev.caravan.message.ApiVersion;
import dev.caravan.message.Call;
import dev.caravan.message.ContentBlock.Base64Source;
import dev.caravan.message.ContentBlock.Image;
import dev.caravan.message.ErrorType;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.RequestDecoder;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.params.ParameterizedTest;

@Tag("case-17")
@DisplayName("The step that puts bytes in the place of URLs")
@Timeout(60)
class FetchMediaTest {
    private static final String DATA = Base64.getEncoder()
            .encodeToString(MediaServer.GIF.getBytes(StandardCharsets.US_ASCII));
    private static final int PATIENCE_SECONDS = 30;

    private static String image(String url) {
        return "{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"" + url + "\"}}";
    }

    private static Call call(String blocks) {
        String body = "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":[" + blocks
                + "]}]}";
        Call call = new Call();
        call.setRequest(RequestDecoder.decode(body.getBytes(StandardCharsets.UTF_8), ApiVersion.V2023_06_01));
        return call;
    }

    private static FetchMedia step(MediaServer server, String more) {
        return new FetchMedia(Fetches.provider("dialect: exec\ncommand: [x]\nfetch-media: { schemes: [http], hosts: "
                + "[\"media.test:" + server.port() + "\"] " + more + " }"), host -> Fetches.loopback(),
                InetAddress::isLoopbackAddress);
    }

    private static void run(FetchMedia step, Call call) throws InterruptedIOException {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.setProperty(Call.PROPERTY, call);
        step.process(exchange);
    }

    private static ApiException refusal(FetchMedia step, Call call) {
        return assertThrows(ApiException.class, () -> run(step, call));
    }

    @Test
    void theRequestHoldsTheBytesThen() throws Exception {
        try (MediaServer server = MediaServer.saying(MediaServer.FILE)) {
            Call call = call("{\"type\":\"text\",\"text\":\"é\"}," + image(server.url("/1")));
            String body = new String(call.getRequest().body(), StandardCharsets.UTF_8);
            run(step(server, ""), call);
            MessageRequest request = call.getRequest();
            assertEquals(new Image(new Base64Source("image/gif", DATA)),
                    request.messages().getFirst().content().get(1));
            assertEquals(body.replace("{\"type\":\"url\",\"url\":\"" + server.url("/1") + "\"}",
                    "{\"type\":\"base64\",\"media_type\":\"image/gif\",\"data\":\"" + DATA + "\"}"),
                    new String(request.body(), StandardCharsets.UTF_8));
            assertEquals(DATA.length(), request.mediaBytes());
        }
    }

    @Test
    void aRequestWithoutUrlsIsNotTouched() throws Exception {
        try (MediaServer server = MediaServer.saying(MediaServer.FILE)) {
            Call call = call("{\"type\":\"text\",\"text\":\"https://media.test/\"}");
            MessageRequest request = call.getRequest();
            run(step(server, ""), call);
            assertSame(request, call.getRequest());
        }
    }

    @Test
    void norOneOfOtherBlocksOrForAProviderThatTakesUrls() throws Exception {
        try (MediaServer server = MediaServer.saying(MediaServer.FILE)) {
            Call call = call(image(server.url("/1")));
            MessageRequest request = call.getRequest();
            run(step(server, ", types: [document]"), call);
            run(new FetchMedia(Fetches.provider("dialect: exec\ncommand: [x]"), host -> Fetches.loopback(),
                    address -> true), call);
            assertSame(request, call.getRequest());
            assertEquals(0, server.requests().size());
        }
    }

    /** Gemini reads files that were uploaded to it, which nobody else can. */
    @Test
    void norWhatTheProviderReadsByItself() throws Exception {
        Call call = call(image("https://generativelanguage.googleapis.com/v1beta/files/abc-1"));
        MessageRequest request = call.getRequest();
        run(new FetchMedia(Fetches.provider("dialect: gemini\nfetch-media: {}"), host -> {
            throw new java.net.UnknownHostException(host);
        }, address -> false), call);
        assertSame(request, call.getRequest());
    }

    @Test
    void whatCannotBeFetchedIsToldWithItsPlace() throws Exception {
        try (MediaServer server = new MediaServer((request, socket) -> MediaServer.write(socket,
                request.startsWith("GET /2 ")
                        ? "HTTP/1.1 404 No\r\ncontent-length: 6\r\n\r\nsecret"
                        : MediaServer.FILE))) {
            Call call = call(image(server.url("/1")) + ",{\"type\":\"tool_result\",\"tool_use_id\":\"t\",\"content\":["
                    + image(server.url("/2")) + "]}");
            MessageRequest request = call.getRequest();
            ApiException refusal = refusal(step(server, ""), call);
            assertEquals(ErrorType.INVALID_REQUEST_ERROR, refusal.type());
            assertEquals(400, refusal.status());
            assertEquals("messages.0.content.1.content.0.source.url: the server did not answer with the file",
                    refusal.getMessage());
            assertSame(request, call.getRequest());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"65536", "70000", "99999", "2147483647", "2147483648", "99999999999999999999", "-1", "0"})
    void aPortThatIsNone(String port) throws Exception {
        try (MediaServer server = MediaServer.saying(MediaServer.FILE)) {
            ApiException refusal = refusal(step(server, ""), call(image("http://media.test:" + port + "/x")));
            assertEquals(400, refusal.status());
            assertTrue(refusal.getMessage().startsWith("messages.0.content.0.source.url: "), refusal.getMessage());
            assertEquals(0, server.requests().size());
        }
    }

    @Test
    void moreThanAreAllowed() throws Exception {
        try (MediaServer server = MediaServer.saying(MediaServer.FILE)) {
            Call call = call(image(server.url("/1")) + "," + image(server.url("/2")) + "," + image(server.url("/3")));
            assertEquals(
                    "messages.0.content.2.source.url: no more than 2 images and documents are fetched for a request",
                    refusal(step(server, ", max-count: 2"), call).getMessage());
            assertEquals(0, server.requests().size());
        }
    }

    @Test
    void aFewAtATime() throws Exception {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch goOn = new CountDownLatch(1);
        try (MediaServer server = new MediaServer((request, socket) -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            goOn.await();
            now.decrementAndGet();
            MediaServer.write(socket, MediaServer.FILE);
        })) {
            Call call = call(IntStream.range(0, 12).mapToObj(i -> image(server.url("/" + i)))
                    .collect(Collectors.joining(",")));
            CompletableFuture<Void> done = inBackground(step(server, ", timeout: 1m"), call);
            Awaitility.await().until(() -> server.requests().size() >= 4);
            goOn.countDown();
            done.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertEquals(12, server.requests().size());
            assertEquals(4, most.get());
        }
    }

    // Time

    /** Keeps a reply going, a byte at a time, until the client has left. */
    private static void drip(Socket socket) throws Exception {
        socket.setSoTimeout(20);
        while (true) {
            try {
                if (socket.getInputStream().read() < 0) {
                    return;
                }
            } catch (SocketTimeoutException e) {
                MediaServer.write(socket, "x");
            }
        }
    }

    @Test
    void aReplyThatGoesOnForLong() throws Exception {
        try (MediaServer server = new MediaServer((request, socket) -> {
            MediaServer.write(socket, "HTTP/1.1 200 OK\r\n\r\nGIF89a");
            drip(socket);
        })) {
            assertEquals("messages.0.content.0.source.url: could not be fetched in time",
                    refusal(step(server, ", timeout: 500ms"), call(image(server.url("/1")))).getMessage());
            assertTrue(server.left().await(PATIENCE_SECONDS, TimeUnit.SECONDS), "the connection is closed");
        }
    }

    @Test
    void headersThatGoOnForLong() throws Exception {
        try (MediaServer server = new MediaServer((request, socket) -> {
            MediaServer.write(socket, "HTTP/1.1 200 OK\r\nx: ");
            drip(socket);
        })) {
            assertEquals("messages.0.content.0.source.url: could not be fetched in time",
                    refusal(step(server, ", timeout: 500ms"), call(image(server.url("/1")))).getMessage());
            assertTrue(server.left().await(PATIENCE_SECONDS, TimeUnit.SECONDS), "the connection is closed");
        }
    }

    @Test
    void aNameThatIsNeverResolved() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        FetchMedia step = new FetchMedia(
                Fetches.provider("dialect: exec\ncommand: [x]\nfetch-media: { timeout: 300ms }"), host -> {
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        throw new java.net.UnknownHostException(host);
                    }
                    return Fetches.loopback();
                }, address -> true);
        assertEquals("messages.0.content.0.source.url: could not be fetched in time",
                refusal(step, call(image("https://media.test/"))).getMessage());
        never.countDown();
    }

    @Test
    void aClientThatLeaves() throws Exception {
        try (MediaServer server = new MediaServer((request, socket) -> drip(socket))) {
            Call call = call(image(server.url("/1")));
            CompletableFuture<Void> done = inBackground(step(server, ", timeout: 1h"), call);
            Awaitility.await().until(() -> server.requests().size() == 1);
            call.getCancellation().cancel();
            ExecutionException failure = assertThrows(ExecutionException.class,
                    () -> done.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
            assertEquals(InterruptedIOException.class, failure.getCause().getClass());
            assertTrue(server.left().await(PATIENCE_SECONDS, TimeUnit.SECONDS), "the connection is closed");
        }
    }

    private static CompletableFuture<Void> inBackground(FetchMedia step, Call call) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                run(step, call);
                done.complete(null);
            } catch (Exception e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }
}
