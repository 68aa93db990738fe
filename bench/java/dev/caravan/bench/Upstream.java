package dev.caravan.bench;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;

/**
 * The model server that every target stands in front of: OpenAI's {@code POST /v1/chat/completions} and Anthropic's
 * {@code POST /v1/messages}, streaming or not, from bytes built beforehand, on one event loop. The model name tells what to
 * answer, see {@link Script}. Listens on 127.0.0.1, prints {@code ready <port>} and stops when its standard input ends, so
 * that it cannot outlive the process that started it.
 */
public final class Upstream {

    private static final int MAX_REPLIES = 1_000;

    private final Vertx vertx;
    /** Replies by path and model; only touched on the event loop. */
    private final Map<String, Reply> replies = new HashMap<>();

    private Upstream(Vertx vertx) {
        this.vertx = vertx;
    }

    /**
     * Runs the upstream until standard input ends.
     *
     * @param args the port, 0 for a free one
     */
    public static void main(String[] args) throws Exception {
        PrintStream ready = System.out;
        // Nobody reads on after the first line; what a logger writes must not fill the pipe.
        System.setOut(System.err);
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        Upstream upstream = new Upstream(vertx);
        NetServerOptions options = new NetServerOptions().setHost("127.0.0.1").setPort(Integer.parseInt(args[0]))
                .setAcceptBacklog(4096);
        int port = vertx.createNetServer(options).connectHandler(upstream::accept).listen().toCompletionStage()
                .toCompletableFuture().get().actualPort();
        ready.println("ready " + port);
        waitForEndOfInput();
        // Streams that are still open end here on purpose.
        Runtime.getRuntime().halt(0);
    }

    private static void waitForEndOfInput() throws IOException {
        while (System.in.read() >= 0) {
            // Whatever is typed means nothing.
        }
    }

    private void accept(NetSocket socket) {
        UpstreamConnection connection = new UpstreamConnection(vertx, socket, this::reply);
        HttpReader reader = new HttpReader(connection);
        socket.handler(buffer -> reader.read(buffer.getBytes()));
        socket.exceptionHandler(e -> socket.close());
        socket.closeHandler(gone -> connection.closed());
    }

    private Reply reply(String path, String model) {
        String key = path + " " + model;
        Reply reply = replies.get(key);
        if (reply == null) {
            if (replies.size() >= MAX_REPLIES) {
                replies.clear();
            }
            reply = Reply.of(path, Script.of(model));
            replies.put(key, reply);
        }
        return reply;
    }
}
