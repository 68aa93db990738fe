package dev.caravan.it;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * One connection to a {@link ScriptedUpstream}. One thread reads it all the time, so that it is known at once when the other side
 * closes it; another runs the scripts.
 */
final class UpstreamConnection {
    private final ScriptedUpstream upstream;
    private final Socket socket;
    private final LinkedBlockingQueue<UpstreamCall> due = new LinkedBlockingQueue<>();
    private final CountDownLatch clientClosed = new CountDownLatch(1);
    private volatile long clientClosedNanos;

    UpstreamConnection(ScriptedUpstream upstream, Socket socket) {
        this.upstream = upstream;
        this.socket = socket;
    }

    void start() {
        upstream.opened(this);
        Thread reader = Thread.ofVirtual().name("upstream-reader").unstarted(this::read);
        Thread scripts = Thread.ofVirtual().name("upstream-script").unstarted(this::serve);
        reader.start();
        scripts.start();
    }

    Socket socket() {
        return socket;
    }

    CountDownLatch clientClosed() {
        return clientClosed;
    }

    /** On the clock of {@link System#nanoTime()}, 0 before. */
    long clientClosedNanos() {
        return clientClosedNanos;
    }

    private void read() {
        try {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (WireRequest request = WireRequest.read(in); request != null; request = WireRequest.read(in)) {
                UpstreamCall call = new UpstreamCall(this, request);
                upstream.called(call);
                due.add(call);
            }
        } catch (IOException e) {
            // reset by the other side, or closed by a script
        } finally {
            clientClosedNanos = System.nanoTime();
            clientClosed.countDown();
            upstream.closed(this);
        }
    }

    private void serve() {
        try {
            while (true) {
                UpstreamCall call = due.take();
                upstream.script().serve(call);
                call.served();
            }
        } catch (IOException e) {
            // the other side has closed the connection while the script wrote to it
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable e) {
            upstream.fault(e);
            close();
        }
    }

    void close() {
        upstream.closed(this);
        try {
            socket.close();
        } catch (IOException e) {
            // closed is closed
        }
    }
}
