package dev.caravan.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** One request to a {@link ScriptedUpstream} and what the script does to answer it. */
final class UpstreamCall {
    private static final long PATIENCE_SECONDS = 60;

    private final UpstreamConnection connection;
    private final WireRequest request;
    private final AtomicLong written = new AtomicLong();
    private volatile boolean served;

    UpstreamCall(UpstreamConnection connection, WireRequest request) {
        this.connection = connection;
        this.request = request;
    }

    WireRequest request() {
        return request;
    }

    /** How many bytes the connection took so far. */
    long written() {
        return written.get();
    }

    /** Opened when the gateway has closed the connection. */
    CountDownLatch clientClosed() {
        return connection.clientClosed();
    }

    /** Whether the script is through with this call, or the gateway has closed the connection. */
    boolean over() {
        return served || clientClosed().getCount() == 0;
    }

    void served() {
        served = true;
    }

    long clientClosedNanos() {
        return connection.clientClosedNanos();
    }

    // What scripts say.

    UpstreamCall send(byte[] bytes) throws IOException {
        OutputStream out = connection.socket().getOutputStream();
        out.write(bytes);
        written.addAndGet(bytes.length);
        return this;
    }

    UpstreamCall send(String text) throws IOException {
        return send(text.getBytes(UTF_8));
    }

    /** A whole reply with its length. */
    UpstreamCall reply(String status, String contentType, byte[] body, String... headers) throws IOException {
        byte[] head = ("HTTP/1.1 " + status + "\r\ncontent-type: " + contentType + "\r\ncontent-length: " + body.length
                + "\r\n" + lines(headers) + "\r\n").getBytes(ISO_8859_1);
        byte[] all = new byte[head.length + body.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        return send(all);
    }

    UpstreamCall reply(String status, String contentType, String body, String... headers) throws IOException {
        return reply(status, contentType, body.getBytes(UTF_8), headers);
    }

    UpstreamCall json(String body, String... headers) throws IOException {
        return reply("200 OK", "application/json", body, headers);
    }

    /** Status and headers of a stream of events in chunks. */
    UpstreamCall streamHead(String... headers) throws IOException {
        return send("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\n"
                + "transfer-encoding: chunked\r\n" + lines(headers) + "\r\n");
    }

    UpstreamCall chunk(byte[] bytes) throws IOException {
        byte[] head = (Integer.toHexString(bytes.length) + "\r\n").getBytes(ISO_8859_1);
        byte[] all = new byte[head.length + bytes.length + 2];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(bytes, 0, all, head.length, bytes.length);
        all[all.length - 2] = '\r';
        all[all.length - 1] = '\n';
        return send(all);
    }

    UpstreamCall chunk(String text) throws IOException {
        return chunk(text.getBytes(UTF_8));
    }

    UpstreamCall lastChunk() throws IOException {
        return send("0\r\n\r\n");
    }

    /** Closes the connection in the orderly way. */
    void close() {
        connection.close();
    }

    /** Resets the connection. */
    void reset() throws IOException {
        connection.socket().setSoLinger(true, 0);
        connection.close();
    }

    /** Waits until the test lets the script go on. */
    UpstreamCall await(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the test did not let the upstream go on");
        }
        return this;
    }

    /** Says nothing more until the other side closes the connection. */
    void awaitClientClosed() throws InterruptedException {
        await(connection.clientClosed());
    }

    private static String lines(String... headers) {
        return headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
    }
}
