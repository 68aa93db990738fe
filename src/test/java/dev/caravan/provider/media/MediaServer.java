package dev.caravan.provider.media;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** A server of files on a raw socket, one request a connection, that does whatever a test wants. */
final class MediaServer implements AutoCloseable {
    static final String GIF = "GIF89a picture";
    static final String FILE = "HTTP/1.1 200 OK\r\ncontent-length: " + GIF.length() + "\r\n\r\n" + GIF;

    private final ServerSocket server;
    private final Answer answer;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch left = new CountDownLatch(1);

    /** What is done for a request, of which only the head is told. */
    @FunctionalInterface
    interface Answer {
        void to(String request, Socket socket) throws Exception;
    }

    MediaServer(String address, int port, Answer answer) {
        this.answer = answer;
        try {
            server = new ServerSocket();
            server.bind(new InetSocketAddress(InetAddress.getByName(address), port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    MediaServer(Answer answer) {
        this("127.0.0.1", 0, answer);
    }

    /** Says the same to all. */
    static MediaServer saying(String reply) {
        return new MediaServer((request, socket) -> write(socket, reply));
    }

    static void write(Socket socket, String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(ISO_8859_1));
        out.flush();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            String head = head(socket.getInputStream());
            requests.add(head);
            answer.to(head, socket);
            socket.shutdownOutput();
            if (socket.getInputStream().read() < 0) {
                left.countDown();
            }
        } catch (Exception e) {
            left.countDown(); // writing to a client that has left
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no request");
            }
            head.append((char) next);
        }
        return head.toString();
    }

    int port() {
        return server.getLocalPort();
    }

    /** The heads of the requests so far. */
    List<String> requests() {
        return requests;
    }

    /** Opened when a client has closed its connection. */
    CountDownLatch left() {
        return left;
    }

    /** A URL here; all names are this machine's in these tests. */
    String url(String path) {
        return "http://media.test:" + port() + path;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
