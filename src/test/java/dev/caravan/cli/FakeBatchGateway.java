package dev.caravan.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/**
 * A gateway of the test's making: it answers each method and path with the replies that the test put there, in order, and the last of
 * them from then on. What no reply is there for is 404 in the API's envelope.
 */
final class FakeBatchGateway implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final Map<String, Queue<Reply>> replies = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Queue<String> broken = new ConcurrentLinkedQueue<>();

    /** What came. */
    record Request(String line, String key, byte[] body) {
        JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * What is answered.
     *
     * @param cutAfter after how many bytes of the body the connection is closed; -1 for never
     */
    record Reply(int status, Map<String, String> headers, String body, int cutAfter) {
        static Reply ok(String json) {
            return new Reply(200, Map.of(), json, -1);
        }

        static Reply error(int status, String type, String message) {
            return new Reply(status, Map.of(),
                    "{\"type\":\"error\",\"error\":{\"type\":\"" + type + "\",\"message\":\"" + message + "\"}}", -1);
        }

        Reply with(String header, String value) {
            return new Reply(status, Map.of(header, value), body, cutAfter);
        }

        Reply cutAfter(int bytes) {
            return new Reply(status, headers, body, bytes);
        }
    }

    FakeBatchGateway() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::serve);
        server.start();
        on("GET /v1/messages/batches?limit=1", Reply.ok("{\"data\":[],\"has_more\":false}"));
    }

    /** A batch in the API's JSON. */
    static String batch(String id, String status, int processing, int succeeded, int errored) {
        boolean ended = status.equals("ended");
        return """
            {"id":"%s","type":"message_batch","processing_status":"%s","request_counts":{"processing":%d,"succeeded":%d,\
            "errored":%d,"canceled":0,"expired":0},"created_at":"2026-01-02T03:04:05.678Z",\
            "expires_at":"2026-01-03T03:04:05.678Z","ended_at":%s,"cancel_initiated_at":null,"archived_at":null,\
            "results_url":%s}"""
                .formatted(id, status, processing, succeeded, errored,
                        ended ? "\"2026-01-02T03:09:05Z\"" : "null",
                        ended ? "\"http://192.0.2.1/v1/messages/batches/" + id + "/results\"" : "null");
    }

    static String succeeded(String customId) {
        return "{\"custom_id\":\"" + customId + "\",\"result\":{\"type\":\"succeeded\",\"message\":{\"id\":\"msg_1\","
                + "\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"Hällo\"}]}}}\n";
    }

    static String errored(String customId) {
        return "{\"custom_id\":\"" + customId + "\",\"result\":{\"type\":\"errored\",\"error\":{\"type\":\"error\","
                + "\"error\":{\"type\":\"invalid_request_error\",\"message\":\"no\"},\"request_id\":null}}}\n";
    }

    FakeBatchGateway on(String line, Reply... answers) {
        replies.put(line, new ArrayDeque<>(List.of(answers)));
        return this;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<Request> requests() {
        return requests;
    }

    List<Request> requests(String line) {
        return requests.stream().filter(request -> request.line().equals(line)).toList();
    }

    /** The requests whose body broke off. */
    List<String> broken() {
        return List.copyOf(broken);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            String line = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            byte[] body;
            try {
                body = exchange.getRequestBody().readAllBytes();
            } catch (IOException e) {
                broken.add(line);
                throw e;
            }
            requests.add(new Request(line, exchange.getRequestHeaders().getFirst("x-api-key"), body));
            write(exchange, reply(line));
        }
    }

    private Reply reply(String line) {
        Queue<Reply> there = replies.get(line);
        if (there == null) {
            return Reply.error(404, "not_found_error", "nothing here: " + line);
        }
        synchronized (there) {
            return there.size() > 1 ? there.remove() : there.element();
        }
    }

    private static void write(HttpExchange exchange, Reply reply) throws IOException {
        byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("content-type", "application/json");
        reply.headers().forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(reply.status(), body.length == 0 ? -1 : body.length);
        if (body.length == 0) {
            return;
        }
        exchange.getResponseBody().write(body, 0, reply.cutAfter() < 0 ? body.length : reply.cutAfter());
        exchange.getResponseBody().flush();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
