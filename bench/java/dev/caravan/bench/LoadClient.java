package dev.caravan.bench;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;

/** One client of a {@link LoadRun}: holds a connection, sends a request, reads the answer. Lives on the event loop. */
final class LoadClient implements HttpReader.Sink {

    /** Stands for a time that is not recorded. */
    static final long UNTIMED = -1;

    private final LoadRun run;
    private final NetClient net;
    private final Load load;
    private final Buffer request;

    private NetSocket socket;
    private HttpReader http;
    private StreamReader stream;
    private boolean waiting;
    private boolean timed;
    private boolean close;
    private String status;
    private long begun;
    private long lastToken;
    private long bytes;

    LoadClient(LoadRun run, NetClient net, Load load, Buffer request) {
        this.run = run;
        this.net = net;
        this.load = load;
        this.request = request;
    }

    /**
     * Sends a request, over the connection of the last one when that is still open.
     *
     * @param timed whether its times count
     */
    void begin(boolean timed) {
        this.timed = timed;
        waiting = true;
        stream = new StreamReader();
        lastToken = 0;
        bytes = 0;
        status = null;
        if (socket != null) {
            send();
            return;
        }
        begun = System.nanoTime();
        net.connect(load.port(), "127.0.0.1").onSuccess(this::connected).onFailure(e -> over("connect"));
    }

    private void connected(NetSocket opened) {
        run.connected(System.nanoTime() - begun);
        socket = opened;
        http = new HttpReader(this);
        opened.handler(this::read);
        opened.exceptionHandler(e -> opened.close());
        opened.closeHandler(gone -> closed(opened));
        send();
    }

    private void send() {
        begun = System.nanoTime();
        socket.write(request);
    }

    private long since(long nanos) {
        return timed ? System.nanoTime() - nanos : UNTIMED;
    }

    private void read(Buffer buffer) {
        try {
            http.read(buffer.getBytes());
        } catch (IllegalStateException | IllegalArgumentException e) {
            over("malformed HTTP");
            drop();
        }
    }

    private void closed(NetSocket gone) {
        if (gone != socket) {
            return;
        }
        socket = null;
        // An answer without a length ends here, through end(); any other is cut off.
        http.endOfConnection();
        over(status == null ? "reset" : "premature end");
    }

    private void drop() {
        NetSocket old = socket;
        socket = null;
        if (old != null) {
            old.close();
        }
    }

    @Override
    public void head(String startLine, boolean close) {
        this.close = close;
        this.status = startLine.split(" ", 3)[1];
    }

    @Override
    public void body(byte[] chunk, int from, int to) {
        bytes += to - from;
        if (!load.streams() || !status.equals("200")) {
            return;
        }
        int tokens = stream.read(chunk, from, to);
        if (tokens > 0) {
            if (lastToken == 0) {
                run.firstTokens(tokens, since(begun));
            } else {
                run.moreTokens(tokens, since(lastToken));
            }
            lastToken = System.nanoTime();
        }
    }

    @Override
    public void end() {
        if (close) {
            drop();
        }
        over(verdict());
    }

    /** What is wrong with an answer that came to the end of its HTTP message, or null. */
    private String verdict() {
        if (!status.equals("200")) {
            return "status " + status;
        }
        if (!load.streams()) {
            return bytes == 0 ? "empty" : null;
        }
        if (stream.error()) {
            return "error event";
        }
        if (!stream.ended()) {
            return "premature end";
        }
        return stream.tokens() == load.tokens() ? null : "tokens missing";
    }

    private void over(String failure) {
        if (waiting) {
            waiting = false;
            run.over(this, since(begun), failure);
        }
    }
}
