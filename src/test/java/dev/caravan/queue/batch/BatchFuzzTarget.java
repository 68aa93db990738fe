package dev.caravan.queue.batch;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.message.ApiException;
import dev.caravan.message.RawJson;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Any bytes as a batch: read, or refused with 400, and the same in whatever pieces they come; each request that is read has an id of
 * its own and params that are one JSON object on one line.
 */
public final class BatchFuzzTarget {
    private BatchFuzzTarget() {}

    public static List<String> seeds() {
        return List.of("""
            {"requests":[{"custom_id":"first-1","params":{"model":"claude-x","max_tokens":1024,
             "messages":[{"role":"user","content":"a \\"b\\" \\u00e9 😀"}]}},
             {"params":{"n":[1.50,-0.0,1e10,true,null],"model":5},"custom_id":"B_2"}]}""",
                "{\"requests\":[{\"custom_id\":\"a\",\"params\":{}},{\"custom_id\":\"a\",\"params\":{}}]}",
                "\uFEFF{\"requests\":[{\"custom_id\":\"" + "x".repeat(64) + "\",\"params\":{\"a\":" + "[".repeat(40)
                        + "]".repeat(40) + "}}]}");
    }

    public static void fuzzerTestOneInput(byte[] data) {
        Object whole = outcome(new ByteArrayInputStream(data));
        for (int most : new int[]{1, 7}) {
            Object pieces = outcome(Bodies.inPieces(data, most));
            if (!Objects.equals(whole, pieces)) {
                throw new AssertionError("in pieces of " + most + ": " + pieces + ", as a whole: " + whole);
            }
        }
    }

    private static Object outcome(InputStream body) {
        List<BatchRequest> requests;
        try {
            requests = Bodies.read(body);
        } catch (ApiException e) {
            if (e.status() != 400) {
                throw new AssertionError("refused with " + e.status(), e);
            }
            return e.getMessage();
        }
        Set<String> ids = new HashSet<>();
        for (BatchRequest request : requests) {
            String params = new String(request.params(), UTF_8);
            if (!ids.add(request.customId()) || !request.customId().matches("[a-zA-Z0-9_-]{1,64}")
                    || !RawJson.of(params).isObject() || params.indexOf('\n') >= 0
                    || params.getBytes(UTF_8).length != request.params().length) {
                throw new AssertionError(Bodies.told(requests).toString());
            }
        }
        return Bodies.told(requests);
    }
}
