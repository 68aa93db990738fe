package dev.caravan.exec;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.ApiException;
import dev.caravan.message.MessageJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The requests that wait for a kept process, and the ids of those that one works on: no two have the same. Not thread-safe.
 */
final class RequestQueue {
    private final Deque<PooledRequest> waiting = new ArrayDeque<>();
    private final Set<String> ids = new HashSet<>();

    /**
     * A request joins at the end. Where its id is that of another which is still under way, it gets a number behind it.
     *
     * @param line what the process reads, a JSON object with an {@code id}
     */
    PooledRequest add(byte[] line, long now) {
        try (JsonParser json = MessageJson.FACTORY.createParser(line)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String key = json.currentName();
                if (key.equals("id") && json.nextToken() == JsonToken.VALUE_STRING) {
                    String id = json.getText();
                    int from = (int) json.currentTokenLocation().getByteOffset();
                    int to = (int) json.currentLocation().getByteOffset();
                    return add(id, line, from, to, now);
                }
                json.nextToken();
                json.skipChildren();
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("the request is not JSON", e);
        }
        throw new IllegalArgumentException("the request has no id");
    }

    private PooledRequest add(String id, byte[] line, int from, int to, long now) {
        String own = id;
        for (int number = 2; !ids.add(own); number++) {
            own = id + "_" + number;
        }
        byte[] ownLine = own.equals(id) ? line : replaced(line, from, to, MessageJson.quoted(own));
        PooledRequest request = new PooledRequest(own, ownLine, now);
        waiting.add(request);
        return request;
    }

    private static byte[] replaced(byte[] line, int from, int to, byte[] by) {
        ByteArrayOutputStream changed = new ByteArrayOutputStream(line.length + by.length);
        changed.write(line, 0, from);
        changed.writeBytes(by);
        changed.write(line, to, line.length - to);
        return changed.toByteArray();
    }

    int size() {
        return waiting.size();
    }

    /** The first one, which waits no longer; null when none waits. */
    PooledRequest next() {
        return waiting.poll();
    }

    /** One whose process has died waits again, before all others. */
    void putBack(PooledRequest request) {
        waiting.addFirst(request);
    }

    /** It waits no longer and never ran: its reader has gone. */
    void leave(PooledRequest request) {
        waiting.remove(request);
        forget(request);
    }

    /** No process has it any more. */
    void forget(PooledRequest request) {
        ids.remove(request.id);
    }

    /** How long one has waited, zero when none waits. */
    Duration longestWait(long now) {
        return Duration.ofNanos(waiting.stream().mapToLong(request -> now - request.waitsSince()).max().orElse(0));
    }

    /** Fails those that wait since before this moment. */
    void expire(long before, Supplier<ApiException> why) {
        List<PooledRequest> late = new ArrayList<>();
        for (PooledRequest request : waiting) {
            if (request.waitsSince() - before < 0) {
                late.add(request);
            }
        }
        late.forEach(request -> fail(request, why));
    }

    /** Fails all. */
    void failAll(Supplier<ApiException> why) {
        List.copyOf(waiting).forEach(request -> fail(request, why));
    }

    private void fail(PooledRequest request, Supplier<ApiException> why) {
        leave(request);
        request.end(why.get());
    }
}
