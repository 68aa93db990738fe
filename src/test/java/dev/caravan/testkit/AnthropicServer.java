package dev.caravan.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A model server that speaks Anthropic's Messages API and always answers {@link #ANSWER}: streaming, a word an event, each when
 * the test lets it go; or whole.
 */
public final class AnthropicServer implements AutoCloseable {
    /** The words of the answer, the spaces between them included. */
    public static final List<String> ANSWER = List.of("The", " caravan", " moves", " on");

    private static final long PATIENCE_SECONDS = 60;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Semaphore words = new Semaphore(0);
    private final HttpServer server;

    /**
     * A request that was made.
     *
     * @param apiKey the header {@code x-api-key}, null when there was none
     * @param version the header {@code anthropic-version}
     * @param body the body, JSON
     */
    public record Request(String apiKey, String version, String body) {}

    public AnthropicServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_000);
        server.setExecutor(threads);
        server.createContext("/v1/messages", this::answer);
        server.start();
    }

    /** The base URL, as a provider's {@code base-url} wants it. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** The requests so far. */
    public List<Request> requests() {
        return List.copyOf(requests);
    }

    /** Lets this many words of all the answers go. */
    public void release(int count) {
        words.release(count);
    }

    /** Forgets the requests so far, and holds all words back. */
    public void reset() {
        requests.clear();
        words.drainPermits();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            requests.add(new Request(exchange.getRequestHeaders().getFirst("x-api-key"),
                    exchange.getRequestHeaders().getFirst("anthropic-version"), body));
            if (body.replace(" ", "").contains("\"stream\":true")) {
                stream(exchange);
            } else {
                message(exchange);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void message(HttpExchange exchange) throws IOException {
        byte[] message = """
            {"id":"msg_01","type":"message","role":"assistant","model":"model-1",\
            "content":[{"type":"text","text":"%s"}],"stop_reason":"end_turn","stop_sequence":null,\
            "usage":{"input_tokens":5,"output_tokens":%d}}""".formatted(ANSWER.stream().collect(Collectors.joining()),
                ANSWER.size()).getBytes(UTF_8);
        exchange.getResponseHeaders().set("content-type", "application/json");
        exchange.sendResponseHeaders(200, message.length);
        exchange.getResponseBody().write(message);
    }

    private void stream(HttpExchange exchange) throws IOException, InterruptedException {
        exchange.getResponseHeaders().set("content-type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        event(out, "message_start", """
            {"type":"message_start","message":{"id":"msg_01","type":"message","role":"assistant","model":"model-1",\
            "content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":5,"output_tokens":1}}}""");
        event(out, "content_block_start", """
            {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""");
        for (String word : ANSWER) {
            if (!words.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("nobody let the word go");
            }
            event(out, "content_block_delta", """
                {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%s"}}""".formatted(word));
        }
        event(out, "content_block_stop", """
            {"type":"content_block_stop","index":0}""");
        event(out, "message_delta", """
            {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},\
            "usage":{"output_tokens":%d}}""".formatted(ANSWER.size()));
        event(out, "message_stop", """
            {"type":"message_stop"}""");
    }

    private static void event(OutputStream out, String name, String data) throws IOException {
        out.write(("event: " + name + "\ndata: " + data + "\n\n").getBytes(UTF_8));
        out.flush();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
