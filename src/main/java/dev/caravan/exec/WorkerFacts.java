package dev.caravan.exec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a kept process says of its model when it is ready, as far as it does.
 *
 * @param contextLength how many tokens prompt and answer may have together
 * @param tools whether the model can call tools
 * @param thinking whether it can think before it answers
 */
public record WorkerFacts(OptionalLong contextLength, Optional<Boolean> tools, Optional<Boolean> thinking) {
    /** Nothing. */
    public static final WorkerFacts NONE = new WorkerFacts(OptionalLong.empty(), Optional.empty(), Optional.empty());

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Of what stands in {@code ready}; what is not as the protocol says is passed over. */
    public static WorkerFacts of(JsonNode ready) {
        JsonNode context = ready.path("context_length");
        return new WorkerFacts(
                context.isIntegralNumber() && context.canConvertToLong() && context.asLong() > 0
                        ? OptionalLong.of(context.asLong())
                        : OptionalLong.empty(),
                truth(ready.path("tools")), truth(ready.path("thinking")));
    }

    private static Optional<Boolean> truth(JsonNode value) {
        return value.isBoolean() ? Optional.of(value.asBoolean()) : Optional.empty();
    }

    /** Of a line that has {@code ready}. */
    static WorkerFacts read(byte[] buffer, int offset, int length) {
        try {
            return of(JSON.readTree(buffer, offset, length).path("ready"));
        } catch (IOException e) {
            return NONE; // of a number, say, that is longer than a tree of JSON takes
        }
    }
}
