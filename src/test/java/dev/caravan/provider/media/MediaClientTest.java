package dev.caravan.provider.media;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.config.MediaFetch;
import dev.caravan.config.MediaFetch.Type;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What is fetched, from which addresses, and how much of it")
@Timeout(60)
class MediaClientTest {
    private static final long BUDGET = 100_000;
    private static final String IMAGE = "{\"type\":\"base64\",\"media_type\":\"image/gif\",\"data\":\""
            + Base64.getEncoder().encodeToString(MediaServer.GIF.getBytes(StandardCharsets.US_ASCII)) + "\"}";
    private static final String NO_ADDRESS = "its host has no public address that is known";
    private static final String BROKEN = "the server could not be reached, or broke off";

    private static MediaFetch at(int port, String more) {
        return Fetches.settings("{ schemes: [http], hosts: [\"media.test:" + port + "\", \"other.test:" + port
                + "\", \"127.0.0.1:" + port + "\", \"127.0.0.2:" + port + "\"] " + more + " }");
    }

    private static String fetched(MediaClient client, String url) throws FetchFailure {
        return new String(client.fetch(Type.IMAGE, url, new AtomicLong(BUDGET)), StandardCharsets.UTF_8);
    }

    private static String refused(MediaServer server, MediaClient client) {
        return Fetches.refused(client, Type.IMAGE, server.url("/x"), BUDGET).getMessage();
    }

    @Test
    void nothingOfOursIsSent() throws Exception {
        try (MediaServer server = MediaServer.saying(MediaServer.FILE)) {
            assertEquals(IMAGE, fetched(Fetches.client(at(server.port(), "")), server.url("/a%20b?c=d#e")));
            List<String> head = server.requests().getFirst().lines().filter(line -> !line.isEmpty())
                    .map(line -> line.toLowerCase(Locale.ROOT)).sorted().toList();
            assertEquals(List.of("accept-encoding: identity", "accept: */*", "connection: keep-alive",
                    "get /a%20b?c=d http/1.1", "host: media.test:" + server.port(), "user-agent: caravan"), head);
        }
    }

    // Addresses

    @Test
    void thisMachineIsNotFetchedFrom() throws Exception {
        try (MediaServer server = MediaServer.saying(MediaServer.FILE)) {
            MediaClient client = Fetches.checked(at(server.port(), ""));
            assertEquals(NO_ADDRESS, refused(server, client));
            assertEquals(NO_ADDRESS, Fetches
                    .refused(client, Type.IMAGE, "http://127.0.0.1:" + server.port() + "/", BUDGET).getMessage());
            assertEquals(List.of(), server.requests());
        }
    }

    @Test
    void unlessItIsAllowed() throws Exception {
        try (MediaServer server = MediaServer.saying(MediaServer.FILE)) {
            MediaClient client = Fetches.checked(at(server.port(), ", allow-addresses: [127.0.0.1/32]"));
            assertEquals(IMAGE, fetched(client, server.url("/x")));
        }
    }

    @Test
    void aNameThatNobodyHasIsToldLikeOneThatIsOurs() {
        MediaClient client = new MediaClient(at(1, ""), host -> {
            throw new java.net.UnknownHostException(host);
        }, address -> true);
        assertEquals(NO_ADDRESS,
                Fetches.refused(client, Type.IMAGE, "http://media.test:1/", BUDGET).getMessage());
    }

    @Test
    void aHostWithOneAddressThatIsOursIsNotFetchedFrom() throws Exception {
        try (MediaServer server = MediaServer.saying(MediaServer.FILE)) {
            InetAddress here = InetAddress.getByName("127.0.0.1");
            InetAddress internal = InetAddress.getByName("10.0.0.1");
            MediaClient client = new MediaClient(at(server.port(), ""), host -> new InetAddress[]{here, internal},
                    InetAddress::isLoopbackAddress);
            assertEquals(NO_ADDRESS, refused(server, client));
            assertEquals(List.of(), server.requests());
        }
    }

    /** A name that means one address when it is checked and another when it is connected to. */
    @Test
    void whatIsCheckedIsConnectedTo() throws Exception {
        try (MediaServer checked = MediaServer.saying(MediaServer.FILE);
                MediaServer rebound = new MediaServer("127.0.0.2", checked.port(), (request, socket) -> {})) {
            AtomicInteger lookups = new AtomicInteger();
            InetAddress first = InetAddress.getByName("127.0.0.1");
            InetAddress then = InetAddress.getByName("127.0.0.2");
            MediaClient client = new MediaClient(at(checked.port(), ""),
                    host -> new InetAddress[]{lookups.getAndIncrement() == 0 ? first : then}, first::equals);
            assertEquals(IMAGE, fetched(client, checked.url("/x")));
            assertEquals(1, lookups.get(), "the name is looked up once for a connection");
            assertEquals(NO_ADDRESS, refused(checked, client), "no connection is kept from before");
            assertEquals(List.of(), rebound.requests());
        }
    }

    /** The address is connected to, but it is the name that is asked for and has to be in the certificate. */
    @Test
    void theNameOfTheServerIsKept() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            CompletableFuture<String> hello = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> {
                try (Socket socket = server.accept()) {
                    byte[] head = socket.getInputStream().readNBytes(5);
                    int length = (head[3] & 0xFF) << 8 | head[4] & 0xFF;
                    hello.complete(new String(socket.getInputStream().readNBytes(length), StandardCharsets.ISO_8859_1));
                } catch (IOException e) {
                    hello.completeExceptionally(e);
                }
            });
            MediaClient client = Fetches
                    .client(Fetches.settings("{ hosts: [\"media.test:" + server.getLocalPort() + "\"] }"));
            assertEquals(BROKEN, Fetches.refused(client, Type.IMAGE,
                    "https://media.test:" + server.getLocalPort() + "/x", BUDGET).getMessage());
            assertTrue(hello.get(30, TimeUnit.SECONDS).contains("media.test"), "the hello of TLS has the name (SNI)");
        }
    }

    // Redirects

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void redirectsAreFollowedWithoutCookies(int status) throws Exception {
        try (MediaServer server = new MediaServer((request, socket) -> MediaServer.write(socket,
                request.startsWith("GET /from ")
                        ? "HTTP/1.1 " + status
                                + " Go\r\nset-cookie: a=b\r\nlocation: /to?x\r\ncontent-length: 9\r\n\r\n"
                        : MediaServer.FILE))) {
            assertEquals(IMAGE, fetched(Fetches.client(at(server.port(), "")), server.url("/from")));
            String second = server.requests().get(1);
            assertTrue(second.startsWith("GET /to?x HTTP/1.1\r\n"), second);
            assertFalse(second.toLowerCase(Locale.ROOT).contains("cookie"), second);
        }
    }

    @Test
    void notWithoutEnd() throws Exception {
        try (MediaServer server = MediaServer
                .saying("HTTP/1.1 302 Go\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n")) {
            assertEquals("redirects more than 3 times", refused(server, Fetches.client(at(server.port(), ""))));
            assertEquals(4, server.requests().size());
        }
    }

    @ParameterizedTest
    @CsvSource({"http://other.test:PORT/, its host has no public address that is known",
            "http://127.0.0.2:PORT/, its host has no public address that is known",
            "http://169.254.169.254/latest/meta-data/, redirects to a URL that may not be fetched",
            "http://media.test:22/, redirects to a URL that may not be fetched",
            "https://media.test:PORT/, redirects to a URL that may not be fetched",
            "file:///etc/passwd, redirects to a URL that may not be fetched",
            "http://[, redirects to what is no URL"})
    void notToWhatIsOurs(String location, String told) throws Exception {
        try (MediaServer server = new MediaServer((request, socket) -> MediaServer.write(socket,
                "HTTP/1.1 302 Go\r\nlocation: " + location.replace("PORT", "" + socket.getLocalPort())
                        + "\r\ncontent-length: 0\r\n\r\n"))) {
            InetAddress here = InetAddress.getByName("127.0.0.1");
            MediaClient client = new MediaClient(at(server.port(), ""), host -> new InetAddress[]{
                    host.equals("media.test") ? here : InetAddress.getByName(host.replace("other.test", "10.0.0.1"))},
                    here::equals);
            assertEquals(told, refused(server, client));
            assertEquals(1, server.requests().size());
        }
    }

    // What comes back

    @ParameterizedTest
    @ValueSource(strings = {"404 Not Found", "500 Oops", "206 Partial", "204 No Content", "304 Not Modified", "401 No",
            "302 Nowhere"})
    void anotherStatus(String status) throws Exception {
        String length = status.startsWith("204") || status.startsWith("304") ? "" : "content-length: 14\r\n";
        try (MediaServer server = MediaServer
                .saying("HTTP/1.1 " + status + "\r\n" + length + "\r\n" + MediaServer.GIF)) {
            FetchFailure failure = Fetches.refused(Fetches.client(at(server.port(), "")), Type.IMAGE, server.url("/x"),
                    BUDGET);
            assertEquals("the server did not answer with the file", failure.getMessage());
            assertEquals("media.test: status " + status.substring(0, 3), failure.reason());
        }
    }

    @Test
    void whatIsPackedIsNotUnpacked() throws Exception {
        try (MediaServer server = MediaServer.saying(
                "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 14\r\n\r\n" + MediaServer.GIF)) {
            assertEquals("the server did not answer with the file",
                    refused(server, Fetches.client(at(server.port(), ""))));
        }
    }

    /** Without a length, in chunks, and with a length that says less than comes or more than is allowed. */
    @ParameterizedTest
    @ValueSource(strings = {"", "transfer-encoding: chunked\r\n", "content-length: 9999999999\r\n"})
    void noMoreThanTheBudgetIsRead(String header) throws Exception {
        String piece = header.startsWith("transfer") ? "3e8\r\n" + "x".repeat(1_000) + "\r\n" : "x".repeat(1_000);
        try (MediaServer server = new MediaServer((request, socket) -> {
            MediaServer.write(socket, "HTTP/1.1 200 OK\r\n" + header + "\r\n");
            while (true) {
                MediaServer.write(socket, piece);
            }
        })) {
            assertEquals("what is fetched for the request is larger than allowed",
                    refused(server, Fetches.client(at(server.port(), ""))));
            assertTrue(server.left().await(30, TimeUnit.SECONDS), "the connection is closed, not read to its end");
        }
    }

    @Test
    void theBudgetIsForAll() throws Exception {
        try (MediaServer server = MediaServer.saying(MediaServer.FILE)) {
            MediaClient client = Fetches.client(at(server.port(), ""));
            AtomicLong budget = new AtomicLong(2 * MediaServer.GIF.length());
            client.fetch(Type.IMAGE, server.url("/1"), budget);
            client.fetch(Type.IMAGE, server.url("/2"), budget);
            assertEquals(0, budget.get());
            assertEquals("what is fetched for the request is larger than allowed",
                    Fetches.refused(client, Type.IMAGE, server.url("/3"), budget.get()).getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "garbage\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nGIF89a",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n6\r\nGIF89a\r\n"})
    void brokenReplies(String reply) throws Exception {
        try (MediaServer server = MediaServer.saying(reply)) {
            assertEquals(BROKEN, refused(server, Fetches.client(at(server.port(), ""))));
        }
    }

    @Test
    void headersWithoutEnd() throws Exception {
        try (MediaServer server = new MediaServer((request, socket) -> {
            MediaServer.write(socket, "HTTP/1.1 200 OK\r\n");
            while (true) {
                MediaServer.write(socket, "x: y\r\n");
            }
        })) {
            assertEquals(BROKEN, refused(server, Fetches.client(at(server.port(), ""))));
            assertTrue(server.left().await(30, TimeUnit.SECONDS), "the connection is closed");
        }
    }

    @Test
    void nobodyThere() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        FetchFailure failure = Fetches.refused(Fetches.client(at(port, "")), Type.IMAGE,
                "http://media.test:" + port + "/secret", BUDGET);
        assertEquals(BROKEN, failure.getMessage());
        assertFalse(failure.reason().contains("secret"), failure.reason());
    }
}
