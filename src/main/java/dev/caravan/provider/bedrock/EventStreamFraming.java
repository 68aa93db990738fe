package dev.caravan.provider.bedrock;

import dev.caravan.provider.Framing;
import dev.caravan.provider.ResponseDecoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.CRC32;
import software.amazon.eventstream.HeaderValue;
import software.amazon.eventstream.Message;

/**
 * The frames of an {@code application/vnd.amazon.eventstream}: length, headers, payload, checksums. AWS's library decodes and checks
 * each; they are cut here, because its own decoder takes two megabytes a stream and says nothing of a frame that breaks off.
 *
 * @see <a href="https://smithy.io/2.0/aws/amazon-eventstream.html">Smithy: Amazon event stream</a>
 */
final class EventStreamFraming implements Framing {
    private static final int FIRST_CAPACITY = 8 * 1024;
    /** Two lengths and their checksum. */
    private static final int PRELUDE = 12;
    private static final int PRELUDE_CHECKED = 8;
    /** Prelude and checksum of an empty message. */
    private static final int SHORTEST = 16;
    /** The specification's most, of payload and headers. */
    private static final int LONGEST = (24 << 20) + (128 << 10) + SHORTEST;

    private final ResponseDecoder decoder;
    private byte[] buffer = new byte[FIRST_CAPACITY];
    private int start;
    private int limit;

    EventStreamFraming(ResponseDecoder decoder) {
        this.decoder = decoder;
    }

    @Override
    public void feed(byte[] bytes, int offset, int length) {
        if (start == limit) {
            start = 0;
            limit = 0;
        } else if (length > buffer.length - limit && start > 0) {
            System.arraycopy(buffer, start, buffer, 0, limit - start);
            limit -= start;
            start = 0;
        }
        if (length > buffer.length - limit) {
            buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, limit + length));
        }
        System.arraycopy(bytes, offset, buffer, limit, length);
        limit += length;
    }

    @Override
    public boolean next() throws IOException {
        if (limit - start < PRELUDE) {
            return false;
        }
        int length = frameLength();
        if (limit - start < length) {
            return false;
        }
        ByteBuffer frame = ByteBuffer.wrap(buffer, start, length).slice();
        start += length;
        hand(decode(frame));
        return true;
    }

    @Override
    public boolean end() {
        return limit == start;
    }

    /** Checked before it is believed: a wrong one would be waited for. */
    private int frameLength() throws IOException {
        ByteBuffer prelude = ByteBuffer.wrap(buffer, start, PRELUDE);
        CRC32 checksum = new CRC32();
        checksum.update(buffer, start, PRELUDE_CHECKED);
        int length = prelude.getInt();
        prelude.getInt();
        if (prelude.getInt() != (int) checksum.getValue() || length < SHORTEST || length > LONGEST) {
            throw new DamagedException("not the beginning of a frame", null);
        }
        return length;
    }

    private static Message decode(ByteBuffer frame) throws IOException {
        try {
            return Message.decode(frame);
        } catch (RuntimeException e) {
            // Of several types for headers that do not fit, and for a checksum that is not right.
            throw new DamagedException("a damaged frame", e);
        }
    }

    private void hand(Message message) throws IOException {
        Map<String, HeaderValue> headers = message.getHeaders();
        byte[] payload = message.getPayload();
        switch (text(headers, ":message-type")) {
            case "event" -> decoder.event(text(headers, ":event-type"), payload, 0, payload.length);
            case "exception" -> throw BedrockErrors.inStream(text(headers, ":exception-type"), payload);
            case "error" -> throw BedrockErrors.inStream(text(headers, ":error-code"), text(headers, ":error-message"));
            default -> throw new DamagedException("a frame of an unknown type", null);
        }
    }

    private static String text(Map<String, HeaderValue> headers, String name) throws IOException {
        HeaderValue value = headers.get(name);
        if (value == null) {
            return "";
        }
        try {
            return value.getString();
        } catch (IllegalStateException e) {
            throw new DamagedException("a header of the wrong type", e);
        }
    }
}
