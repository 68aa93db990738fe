package dev.caravan.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.testkit.AnthropicServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("camel run, in the project's directory, is the gateway")
class CamelRunIT {
    private static final Duration START = Duration.ofMinutes(3);
    private static final Duration REPLY = Duration.ofSeconds(60);
    private static final Pattern STARTED = Pattern.compile("Vert.x HttpServer started on (\\S+):(\\d+)");
    /** One more than a Vert.x of default settings can have under way. */
    private static final int STREAMS = 21;
    private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    static Path directory;

    private static AnthropicServer upstream;
    private static CamelProcess camel;
    private static int port;

    @BeforeAll
    static void start() throws IOException {
        upstream = new AnthropicServer();
        Path config = Files.writeString(directory.resolve("caravan.yaml"), """
            server: { host: 127.0.0.1 }
            providers:
              claude: { dialect: anthropic, base-url: "%s", api-key: "the-key-of-the-gateway" }
              demo: { dialect: exec, command: ["{java}", "-cp", "{classpath}", "dev.caravan.demo.DemoEngine"] }
            models:
              - { match: "claude-*", to: "claude/model-1" }
            """.formatted(upstream.url()));
        camel = CamelProcess.start(directory,
                Map.of("CARAVAN_CONFIG", config.toString(), "CARAVAN_PORT", "0", "CARAVAN_HOST", ""), List.of("run"));
        await("camel run is ready").atMost(START).pollInterval(Duration.ofMillis(200)).until(CamelRunIT::ready);
    }

    private static boolean ready() throws Exception {
        assertTrue(camel.alive(), camel::log);
        Matcher started = STARTED.matcher(camel.log());
        if (!started.find()) {
            return false;
        }
        port = Integer.parseInt(started.group(2));
        return get("/health/ready").statusCode() == 200;
    }

    @BeforeEach
    void reset() {
        upstream.reset();
    }

    @AfterAll
    static void stop() {
        if (camel != null) {
            camel.close();
        }
        if (upstream != null) {
            upstream.close();
        }
    }

    @Test
    void aMessageStreamsEventByEvent() throws Exception {
        HttpResponse<InputStream> reply = CLIENT.send(message(true), BodyHandlers.ofInputStream());
        assertEquals(200, reply.statusCode());
        String type = reply.headers().firstValue("content-type").orElse("");
        assertTrue(type.startsWith("text/event-stream"), type);
        try (BufferedReader events = reader(reply)) {
            assertEquals(List.of("message_start", "content_block_start"),
                    List.of(nextEvent(events), nextEvent(events)));
            for (String word : AnthropicServer.ANSWER) {
                upstream.release(1); // the next word is not even sent before the client has this one
                assertEquals("content_block_delta", nextEvent(events));
                assertEquals("""
                    data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%s"}}"""
                        .formatted(word), events.readLine());
            }
            assertEquals(List.of("content_block_stop", "message_delta", "message_stop"),
                    List.of(nextEvent(events), nextEvent(events), nextEvent(events)));
        }
        AnthropicServer.Request request = upstream.requests().getFirst();
        assertEquals("the-key-of-the-gateway", request.apiKey());
        assertEquals("2023-06-01", request.version());
        assertTrue(request.body().contains("\"model\":\"model-1\""), request.body());
    }

    @Test
    void aProcessAnswers() throws Exception {
        HttpResponse<Stream<String>> reply = CLIENT.send(message("demo/demo", true), BodyHandlers.ofLines());
        List<String> names = reply.body().filter(line -> line.startsWith("event: "))
                .map(line -> line.substring("event: ".length())).filter(name -> !name.equals("ping")).toList();
        assertEquals(List.of("message_start", "content_block_start", "content_block_delta"), names.subList(0, 3));
        assertEquals(List.of("content_block_stop", "message_delta", "message_stop"),
                names.subList(names.size() - 3, names.size()));
    }

    @Test
    void aMessageComesWhole() throws Exception {
        HttpResponse<String> reply = CLIENT.send(message(false), BodyHandlers.ofString());
        assertEquals(200, reply.statusCode(), reply.body());
        assertTrue(reply.body().contains(String.join("", AnthropicServer.ANSWER)), reply.body());
    }

    @Test
    void moreStreamsRunThanTheServerHasPlatformThreads() throws Exception {
        List<CompletableFuture<HttpResponse<InputStream>>> replies = Stream
                .generate(() -> CLIENT.sendAsync(message(true), BodyHandlers.ofInputStream())).limit(STREAMS).toList();
        List<BufferedReader> streams = new ArrayList<>();
        for (CompletableFuture<HttpResponse<InputStream>> reply : replies) {
            BufferedReader events = reader(reply.orTimeout(REPLY.toSeconds(), TimeUnit.SECONDS)
                    .join());
            assertEquals("message_start", nextEvent(events)); // while none of them can end
            streams.add(events);
        }
        upstream.release(STREAMS * AnthropicServer.ANSWER.size());
        for (BufferedReader events : streams) {
            List<String> all = events.lines().filter(line -> line.startsWith("event: ")).toList();
            assertEquals("event: message_stop", all.getLast());
            events.close();
        }
    }

    @Test
    void errorsAreTheApis() throws Exception {
        HttpResponse<String> unknown = get("/v1/nothing");
        assertEquals(404, unknown.statusCode());
        assertTrue(unknown.body().startsWith("{\"type\":\"error\",\"error\":{\"type\":\"not_found_error\""),
                unknown.body());
    }

    @Test
    void itListensWhereTheConfigurationSaysAndNowhereElse() throws Exception {
        List<String> servers = STARTED.matcher(camel.log()).results().map(server -> server.group(1)).toList();
        assertEquals(List.of("127.0.0.1"), servers);
        for (InetAddress address : addressesOfThisMachine()) {
            assertThrows(ConnectException.class, () -> connect(address), address::toString);
        }
    }

    @Test
    void nothingIsWrongOnTheWay() {
        assertFalse(camel.log().contains("ERROR"), camel::log);
    }

    @Test
    void mistakesAndAnOpenDoorStopTheStart(@TempDir Path other) throws Exception {
        Path config = Files.writeString(other.resolve("caravan.yaml"), """
            providers:
              claude: { dialect: anthropci, base-url: "http://127.0.0.1" }
            """);
        List<String> command = new ArrayList<>(List.of("run"));
        command.addAll(files("routes"));
        command.addAll(files("kamelets"));
        command.add("target/caravan.jar");
        try (CamelProcess refused = CamelProcess.start(other,
                Map.of("CARAVAN_CONFIG", config.toString(), "CARAVAN_HOST", "0.0.0.0", "CARAVAN_PORT", "0"), command)) {
            await("camel run gives up").atMost(START).until(() -> !refused.alive());
            assertEquals(1, refused.exitCode(), refused::log);
            assertTrue(
                    refused.log().contains(config + ":2:22: providers.claude.dialect: unknown dialect \"anthropci\"; "
                            + "did you mean `anthropic`?"),
                    refused::log);
            assertTrue(refused.log().contains("CARAVAN_HOST: other machines could reach Caravan at this address, and "
                    + "`keys` is empty"), refused::log);
            assertFalse(STARTED.matcher(refused.log()).find(), refused::log);
        }
    }

    private static List<String> files(String of) throws IOException {
        try (Stream<Path> files = Files.list(Path.of(of))) {
            return files.map(Path::toString).sorted().toList();
        }
    }

    private static List<InetAddress> addressesOfThisMachine() throws IOException {
        return NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress()).toList();
    }

    private static void connect(InetAddress address) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), (int) REPLY.toMillis());
        }
    }

    private static HttpRequest message(boolean stream) {
        return message("claude-x", stream);
    }

    private static HttpRequest message(String model, boolean stream) {
        return HttpRequest.newBuilder(uri("/v1/messages?beta=true")).timeout(REPLY)
                .POST(HttpRequest.BodyPublishers.ofString("""
                    {"model":"%s","max_tokens":10,"stream":%s,"messages":[{"role":"user","content":"Hi"}]}"""
                        .formatted(model, stream)))
                .build();
    }

    private static HttpResponse<String> get(String path) {
        try {
            return CLIENT.send(HttpRequest.newBuilder(uri(path)).timeout(REPLY).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private static BufferedReader reader(HttpResponse<InputStream> reply) {
        return new BufferedReader(new InputStreamReader(reply.body(), StandardCharsets.UTF_8));
    }

    /** The name of the next event that is no ping; what follows is its data. */
    private static String nextEvent(BufferedReader events) throws IOException {
        for (String line = events.readLine(); line != null; line = events.readLine()) {
            if (line.startsWith("event: ") && !line.equals("event: ping")) {
                return line.substring("event: ".length());
            }
        }
        return "the end of the stream";
    }
}
