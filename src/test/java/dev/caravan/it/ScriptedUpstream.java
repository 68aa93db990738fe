package dev.caravan.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A model server whose every byte a test decides: an HTTP/1.1 server on a raw socket that hands each request to a script. It
 * keeps what it was sent byte for byte, and knows how many connections there are and were.
 */
final class ScriptedUpstream implements AutoCloseable {
    private static final int SEND_BUFFER = 64 * 1024;

    private final ServerSocket server;
    private final Set<UpstreamConnection> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final List<UpstreamCall> calls = new CopyOnWriteArrayList<>();
    private final List<Throwable> faults = new CopyOnWriteArrayList<>();
    private volatile Script script = call -> call.reply("500 Internal Server Error", "text/plain", "no script");

    /** What the upstream does with a request. Runs on a thread of its own; an exception is a fault of the test. */
    @FunctionalInterface
    interface Script {
        void serve(UpstreamCall call) throws Exception;
    }

    ScriptedUpstream() {
        this(0);
    }

    /** @param port where to listen; 0 for any free port */
    ScriptedUpstream(int port) {
        try {
            server = new ServerSocket();
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        Thread.ofVirtual().name("upstream").start(this::accept);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                socket.setSendBufferSize(SEND_BUFFER);
                socket.setTcpNoDelay(true);
                accepted.incrementAndGet();
                new UpstreamConnection(this, socket).start();
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    int port() {
        return server.getLocalPort();
    }

    String url() {
        return "http://127.0.0.1:" + port();
    }

    /** From now on requests are answered like this. */
    void script(Script next) {
        script = next;
    }

    Script script() {
        return script;
    }

    /** Forgets what was; called between tests. */
    void reset() {
        calls.clear();
        faults.clear();
        accepted.set(0);
    }

    /** The requests so far. */
    List<UpstreamCall> calls() {
        return calls;
    }

    /** The only request so far. */
    UpstreamCall call() {
        if (calls.size() != 1) {
            throw new AssertionError("the upstream was called " + calls.size() + " times");
        }
        return calls.getFirst();
    }

    /** How many connections were made since the last reset. */
    int accepted() {
        return accepted.get();
    }

    /** How many connections the client has not closed, and neither has a script. */
    int open() {
        return open.size();
    }

    /** What went wrong in scripts, which no gateway can be blamed for. */
    List<Throwable> faults() {
        return faults;
    }

    void opened(UpstreamConnection connection) {
        open.add(connection);
    }

    void closed(UpstreamConnection connection) {
        open.remove(connection);
    }

    void called(UpstreamCall call) {
        calls.add(call);
    }

    void fault(Throwable problem) {
        faults.add(problem);
    }

    @Override
    public void close() throws IOException {
        server.close();
        open.forEach(UpstreamConnection::close);
    }
}
