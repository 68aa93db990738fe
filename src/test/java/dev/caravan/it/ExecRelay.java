package dev.caravan.it;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;

/**
 * A model process that says what a server tells it to say, so that a test can script it: it posts what it reads on its standard input
 * to the URL in its argument, and writes the reply to its standard output as it comes. It fails when the reply is cut off.
 */
public final class ExecRelay {
    private ExecRelay() {}

    /** Relays one request. */
    public static void main(String... arguments) throws IOException {
        HttpURLConnection server = (HttpURLConnection) URI.create(arguments[0]).toURL().openConnection();
        server.setRequestMethod("POST");
        server.setDoOutput(true);
        server.getOutputStream().write(System.in.readAllBytes());
        byte[] buffer = new byte[8192];
        try (InputStream reply = server.getInputStream()) {
            for (int count = reply.read(buffer); count >= 0; count = reply.read(buffer)) {
                System.out.write(buffer, 0, count);
                System.out.flush();
            }
        }
    }
}
