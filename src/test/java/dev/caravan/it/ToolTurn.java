package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The calls of a model's turn and what came back for them, as a provider finds them in a request. It holds what every provider holds:
 * each call is answered once, and nothing is answered that was not called.
 */
final class ToolTurn {
    private final List<String> ids = new ArrayList<>();
    private final Map<String, String> calls = new HashMap<>();
    private final Map<String, String> outputs = new HashMap<>();

    /** A call, by the id that the provider pairs by. */
    void call(String id, String name, JsonNode input) {
        ids.add(id);
        assertNull(calls.put(id, name + " " + input), () -> "two calls have the id " + id);
    }

    /** What a tool returned. */
    void result(String id, String output) {
        assertEquals(true, calls.containsKey(id), () -> "the result of no call: " + id);
        assertNull(outputs.put(id, output), () -> "two results of the call " + id);
    }

    /** Whether there were calls and all of them are answered. */
    boolean answered() {
        return !ids.isEmpty() && outputs.keySet().equals(calls.keySet());
    }

    /** The names and inputs of the calls, {@code name {"argument":…}}, in their order. */
    List<String> calls() {
        return ids.stream().map(calls::get).toList();
    }

    /** What the calls returned, in the order of the calls. */
    List<String> outputs() {
        return ids.stream().map(outputs::get).toList();
    }
}
