package dev.caravan.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** An HTTP reply as it comes over the wire, read as far as a test asks. */
final class WireReply {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final InputStream in;
    private final int status;
    private final List<String> headers;
    private final boolean chunked;
    private long left;
    private boolean ended;
    private byte[] body;

    private WireReply(InputStream in, int status, List<String> headers, boolean bodiless) {
        this.in = in;
        this.status = status;
        this.headers = headers;
        this.chunked = "chunked".equalsIgnoreCase(header("transfer-encoding"));
        String length = header("content-length");
        this.left = chunked ? 0 : length == null ? 0 : Long.parseLong(length);
        this.ended = bodiless || !chunked && left == 0;
    }

    static WireReply head(InputStream in, boolean bodiless) throws IOException {
        String line = WireRequest.line(in);
        if (line == null) {
            throw new EOFException("the server closed the connection without a reply");
        }
        List<String> headers = new ArrayList<>();
        for (String header = WireRequest.line(in); !"".equals(header); header = WireRequest.line(in)) {
            if (header == null) {
                throw new EOFException("the reply ended in its headers");
            }
            headers.add(header);
        }
        int status = Integer.parseInt(line.split(" ")[1]);
        return new WireReply(in, status, headers, bodiless || status == 100 || status == 204 || status == 304);
    }

    int status() {
        return status;
    }

    /** The value of a header, null when it did not come; a header that came twice is a failure. */
    String header(String name) {
        String value = null;
        for (String header : headers) {
            int colon = header.indexOf(':');
            if (header.substring(0, colon).equalsIgnoreCase(name)) {
                if (value != null) {
                    throw new AssertionError(name + " came twice");
                }
                value = header.substring(colon + 1).trim();
            }
        }
        return value;
    }

    List<String> headers() {
        return headers;
    }

    /** The whole body; waits for its end. */
    byte[] body() throws IOException {
        if (body == null) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int b = read(); b >= 0; b = read()) {
                all.write(b);
            }
            body = all.toByteArray();
        }
        return body;
    }

    String text() throws IOException {
        return new String(body(), UTF_8);
    }

    JsonNode json() throws IOException {
        return JSON.readTree(body());
    }

    /** The next byte of the body; -1 at its proper end. */
    int read() throws IOException {
        if (ended) {
            return -1;
        }
        if (chunked && left == 0 && !nextChunk()) {
            return -1;
        }
        int b = in.read();
        if (b < 0) {
            throw new EOFException("the connection was closed before the end of the body");
        }
        left--;
        if (left == 0) {
            if (chunked) {
                line();
            } else {
                ended = true;
            }
        }
        return b;
    }

    private boolean nextChunk() throws IOException {
        left = Long.parseLong(line(), 16);
        if (left == 0) {
            line();
            ended = true;
            return false;
        }
        return true;
    }

    private String line() throws IOException {
        String line = WireRequest.line(in);
        if (line == null) {
            throw new EOFException("the connection was closed before the end of the body");
        }
        return line;
    }

    /** Waits for the next event, comments included; null at the proper end of the body. */
    WireEvent event() throws IOException {
        byte[] frame = frame();
        return frame == null ? null : WireEvent.of(frame);
    }

    /** Waits for the next event of whatever kind, with the blank line that ends it; null at the proper end of the body. */
    byte[] frame() throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        int previous = 0;
        for (int b = read(); b >= 0; b = read()) {
            frame.write(b);
            if (b == '\n' && previous == '\n') {
                return frame.toByteArray();
            }
            previous = b;
        }
        if (frame.size() > 0) {
            throw new AssertionError("the stream ended inside an event: " + frame.toString(UTF_8));
        }
        return null;
    }

    /** All further events. */
    List<WireEvent> events() throws IOException {
        List<WireEvent> events = new ArrayList<>();
        for (WireEvent event = event(); event != null; event = event()) {
            events.add(event);
        }
        return events;
    }
}
