package dev.caravan.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * An HTTP request as it came over the wire.
 *
 * @param line    the request line
 * @param headers the header lines
 * @param body    the body without its transfer coding
 */
record WireRequest(String line, List<String> headers, byte[] body) {

    /** The next request of a connection, null when it was closed before one began. */
    static WireRequest read(InputStream in) throws IOException {
        String line = line(in);
        if (line == null) {
            return null;
        }
        List<String> headers = new ArrayList<>();
        for (String header = line(in); header != null && !header.isEmpty(); header = line(in)) {
            headers.add(header);
        }
        WireRequest head = new WireRequest(line, headers, new byte[0]);
        if (head.header("transfer-encoding") != null) {
            return new WireRequest(line, headers, chunked(in));
        }
        String length = head.header("content-length");
        return length == null ? head : new WireRequest(line, headers, exactly(in, Integer.parseInt(length)));
    }

    String path() {
        return line.split(" ")[1];
    }

    /** The value of a header, all values joined when it came several times, null when not at all. */
    String header(String name) {
        List<String> values = new ArrayList<>();
        for (String header : headers) {
            int colon = header.indexOf(':');
            if (colon > 0 && header.substring(0, colon).equalsIgnoreCase(name)) {
                values.add(header.substring(colon + 1).trim());
            }
        }
        return values.isEmpty() ? null : String.join(",", values);
    }

    String text() {
        return new String(body, UTF_8);
    }

    /** The head as one text, to look for what must not be in it. */
    String head() {
        return line + "\n" + String.join("\n", headers);
    }

    private static byte[] chunked(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int size = size(in); size > 0; size = size(in)) {
            body.write(exactly(in, size));
            line(in);
        }
        line(in);
        return body.toByteArray();
    }

    private static int size(InputStream in) throws IOException {
        String line = line(in);
        if (line == null) {
            throw new EOFException();
        }
        return Integer.parseInt(line.trim(), 16);
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return bytes;
    }

    static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                return line.size() == 0 ? null : line.toString(ISO_8859_1);
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(ISO_8859_1);
    }
}
