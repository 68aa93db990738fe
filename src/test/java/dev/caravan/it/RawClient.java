package dev.caravan.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** An HTTP client on a raw socket: it sends what it is told, and reads when it is told. */
final class RawClient implements AutoCloseable {
    /** Longer than anything that should happen takes; a test that waits this long has failed. */
    private static final int PATIENCE_MILLIS = 30_000;

    private final Socket socket;
    private final InputStream in;

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    static RawClient connect(int port) throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        return connect(socket, port);
    }

    /** A client for which the kernel takes in little more than this before the client reads. */
    static RawClient connect(int port, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(receiveBuffer);
        return connect(socket, port);
    }

    private static RawClient connect(Socket socket, int port) throws IOException {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return new RawClient(socket);
    }

    /** Asks once and reads the whole reply. */
    static WireReply exchange(int port, String request) throws IOException {
        try (RawClient client = connect(port)) {
            return client.send(request).reply();
        }
    }

    /** How long to wait for bytes from now on, in milliseconds, before a {@link java.net.SocketTimeoutException}. */
    void patience(int millis) throws IOException {
        socket.setSoTimeout(millis);
    }

    RawClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    RawClient send(String text) throws IOException {
        return send(text.getBytes(UTF_8));
    }

    /** Sends a request with a body. */
    RawClient post(String path, byte[] body, String... headers) throws IOException {
        StringBuilder head = new StringBuilder("POST " + path + " HTTP/1.1\r\nhost: caravan\r\n");
        head.append("content-type: application/json\r\ncontent-length: ").append(body.length).append("\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        byte[] first = head.append("\r\n").toString().getBytes(UTF_8);
        byte[] all = new byte[first.length + body.length];
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(body, 0, all, first.length, body.length);
        return send(all);
    }

    RawClient post(String path, String body, String... headers) throws IOException {
        return post(path, body.getBytes(UTF_8), headers);
    }

    RawClient get(String path, String... headers) throws IOException {
        return request("GET", path, headers);
    }

    RawClient request(String method, String path, String... headers) throws IOException {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nhost: caravan\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        return send(head.append("\r\n").toString());
    }

    /** Waits for status and headers; the body is read from what is returned. */
    WireReply head() throws IOException {
        return WireReply.head(in, false);
    }

    /** Waits for the whole reply. */
    WireReply reply() throws IOException {
        WireReply reply = head();
        reply.body();
        return reply;
    }

    /** Waits for the whole reply to HEAD, which has no body. */
    WireReply headReply() throws IOException {
        return WireReply.head(in, true);
    }

    /** All that comes until the server closes the connection. */
    String rest() throws IOException {
        return new String(in.readAllBytes(), UTF_8);
    }

    /** Waits for the server to close the connection; true when nothing came before that. */
    boolean closedByServer() throws IOException {
        return in.read() < 0;
    }

    /** Waits, without reading anything, until the server has closed the connection: sending fails then. */
    void awaitRefused() {
        Patience.await("the server has closed the connection").until(() -> {
            try {
                send("x");
                return false;
            } catch (IOException e) {
                return true;
            }
        });
    }

    /** How many bytes the kernel keeps for this client before it reads. */
    int receiveBuffer() throws IOException {
        return socket.getReceiveBufferSize();
    }

    void halfClose() throws IOException {
        socket.shutdownOutput();
    }

    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
