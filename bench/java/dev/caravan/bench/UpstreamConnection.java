package dev.caravan.bench;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BiFunction;

/** One connection of the upstream: answers its requests one after another. Lives on the event loop. */
final class UpstreamConnection implements HttpReader.Sink {

    private static final byte[] MODEL = Script.utf8("\"model\"");
    private static final byte[] STREAM = Script.utf8("\"stream\"");
    private static final byte[] INCLUDE_USAGE = Script.utf8("\"include_usage\"");
    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final NetSocket socket;
    private final BiFunction<String, String, Reply> replies;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream(1024);
    private String path;
    private boolean close;
    private long timer = NO_TIMER;

    /**
     * A connection.
     *
     * @param replies gives the reply for a path and a model name, or throws IllegalArgumentException
     */
    UpstreamConnection(Vertx vertx, NetSocket socket, BiFunction<String, String, Reply> replies) {
        this.vertx = vertx;
        this.socket = socket;
        this.replies = replies;
    }

    /** The other side is gone. */
    void closed() {
        if (timer != NO_TIMER) {
            vertx.cancelTimer(timer);
        }
    }

    @Override
    public void head(String startLine, boolean close) {
        this.path = startLine.split(" ", 3)[1];
        this.close = close;
        body.reset();
    }

    @Override
    public void body(byte[] bytes, int from, int to) {
        body.write(bytes, from, to - from);
    }

    @Override
    public void end() {
        switch (path) {
            case Reply.OPENAI_PATH, Reply.ANTHROPIC_PATH -> answer(body.toByteArray());
            case "/health" -> send(Reply.http("200 OK", "text/plain", "ok"));
            default -> send(Reply.http("404 Not Found", "text/plain", "no such path"));
        }
    }

    private void answer(byte[] request) {
        Reply reply;
        Script script;
        try {
            String model = stringAfter(request, MODEL);
            script = Script.of(model);
            reply = replies.apply(path, model);
        } catch (IllegalArgumentException e) {
            send(Reply.http("400 Bad Request", "application/json", "{\"error\":{\"message\":\"" + e.getMessage()
                    + "\",\"type\":\"invalid_request_error\",\"param\":\"model\",\"code\":null}}"));
            return;
        }
        if (!trueAfter(request, STREAM)) {
            send(reply.json());
            return;
        }
        Reply.Stream stream = trueAfter(request, INCLUDE_USAGE) ? reply.streamWithUsage() : reply.stream();
        if (script.intervalMillis() == 0) {
            send(stream.whole());
        } else {
            sendTimed(stream, script.intervalMillis());
        }
    }

    private void sendTimed(Reply.Stream stream, int intervalMillis) {
        List<Buffer> tokens = stream.tokens();
        socket.write(stream.opener());
        int[] sent = {1};
        timer = vertx.setPeriodic(intervalMillis, id -> {
            if (sent[0] < tokens.size()) {
                socket.write(tokens.get(sent[0]++));
            } else {
                vertx.cancelTimer(id);
                timer = NO_TIMER;
                send(stream.closer());
            }
        });
    }

    private void send(Buffer last) {
        socket.write(last);
        if (close) {
            socket.close();
        }
    }

    /** The string value after this key. Looked up in the bytes: a JSON parser would be most of this server's work. */
    private static String stringAfter(byte[] json, byte[] key) {
        int start = valueAfter(json, key);
        if (start >= 0 && start < json.length && json[start] == '"') {
            for (int end = start + 1; end < json.length; end++) {
                if (json[end] == '"') {
                    return new String(json, start + 1, end - start - 1, StandardCharsets.UTF_8);
                }
            }
        }
        throw new IllegalArgumentException("model expected");
    }

    private static boolean trueAfter(byte[] json, byte[] key) {
        int start = valueAfter(json, key);
        return start >= 0 && start < json.length && json[start] == 't';
    }

    private static int valueAfter(byte[] json, byte[] key) {
        int i = Bytes.indexOf(json, json.length, key, 0);
        if (i < 0) {
            return -1;
        }
        i += key.length;
        while (i < json.length && (json[i] == ' ' || json[i] == ':')) {
            i++;
        }
        return i;
    }
}
