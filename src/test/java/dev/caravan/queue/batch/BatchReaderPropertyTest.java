package dev.caravan.queue.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** What holds for every batch. */
class BatchReaderPropertyTest {
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    /** Whatever stands in the params, however the body is laid out and in whatever pieces it comes. */
    @Property(tries = 500)
    void theParamsAreThoseOfTheClient(@ForAll("objects") List<JsonNode> params, @ForAll boolean pretty,
            @ForAll boolean paramsFirst, @ForAll @IntRange(min = 1, max = 20_000) int pieces) throws IOException {
        ObjectNode batch = JSON.createObjectNode();
        ArrayNode requests = batch.putArray("requests");
        for (int i = 0; i < params.size(); i++) {
            ObjectNode request = requests.addObject();
            if (paramsFirst) {
                request.set("params", params.get(i));
                request.put("custom_id", "id-" + i);
            } else {
                request.put("custom_id", "id-" + i);
                request.set("params", params.get(i));
            }
        }
        byte[] body = pretty
                ? JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(batch)
                : JSON.writeValueAsBytes(batch);
        List<BatchRequest> read = Bodies.read(Bodies.inPieces(body, pieces));

        assertEquals(params.size(), read.size());
        for (int i = 0; i < params.size(); i++) {
            BatchRequest request = read.get(i);
            assertEquals(i, request.index());
            assertEquals("id-" + i, request.customId());
            assertArrayEquals(JSON.writeValueAsBytes(params.get(i)), request.params());
            assertEquals(params.get(i).path("model").textValue(), request.model());
        }
    }

    @Provide
    Arbitrary<List<JsonNode>> objects() {
        return object(values(3)).list().ofMinSize(1).ofMaxSize(12);
    }

    private static Arbitrary<JsonNode> values(int depth) {
        Arbitrary<JsonNode> leaf = Arbitraries.oneOf(texts().map(JSON.getNodeFactory()::textNode),
                Arbitraries.bigDecimals().map(JSON.getNodeFactory()::numberNode),
                Arbitraries.of(true, false).map(JSON.getNodeFactory()::booleanNode),
                Arbitraries.just(JSON.getNodeFactory().nullNode()),
                Arbitraries.integers().between(0, 9_000).map(n -> JSON.getNodeFactory().textNode("é".repeat(n))));
        if (depth == 0) {
            return leaf;
        }
        Arbitrary<JsonNode> array = values(depth - 1).list().ofMaxSize(4)
                .map(elements -> JSON.createArrayNode().addAll(elements));
        return Arbitraries.oneOf(leaf, array, object(values(depth - 1)));
    }

    private static Arbitrary<JsonNode> object(Arbitrary<JsonNode> values) {
        Arbitrary<String> names = Arbitraries.oneOf(texts(),
                Arbitraries.of("model", "custom_id", "params", "requests"));
        return Arbitraries.maps(names, values).ofMaxSize(5)
                .map(fields -> (JsonNode) JSON.createObjectNode().setAll(fields));
    }

    private static Arbitrary<String> texts() {
        return Arbitraries.strings().withChars('"', '\\', '\n', ' ', '{', 'a', 'é', '\u2028').ofMaxLength(8);
    }
}
