package dev.caravan.queue.batch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** Bodies of batches, and how they are read. */
final class Bodies {
    private Bodies() {}

    /** A batch of these elements, each as JSON. */
    static String batch(String... requests) {
        return "{\"requests\":[" + String.join(",", requests) + "]}";
    }

    static String request(String customId, String params) {
        return "{\"custom_id\":\"" + customId + "\",\"params\":" + params + "}";
    }

    /** All requests of a batch; throws what its reader throws. */
    static List<BatchRequest> read(InputStream body) {
        List<BatchRequest> requests = new ArrayList<>();
        try (BatchReader reader = new BatchReader(body)) {
            reader.forEachRemaining(requests::add);
        }
        return requests;
    }

    static List<BatchRequest> read(byte[] body) {
        return read(new ByteArrayInputStream(body));
    }

    static List<BatchRequest> read(String body) {
        return read(body.getBytes(UTF_8));
    }

    /** A body that arrives in pieces of at most so many bytes. */
    static InputStream inPieces(byte[] body, int most) {
        return new ByteArrayInputStream(body) {
            @Override
            public synchronized int read(byte[] target, int offset, int length) {
                return super.read(target, offset, Math.min(most, length));
            }
        };
    }

    /** Requests as text, to be compared. */
    static List<String> told(List<BatchRequest> requests) {
        return requests.stream().map(request -> request.index() + " " + request.customId() + " " + request.model() + " "
                + new String(request.params(), UTF_8)).toList();
    }
}
