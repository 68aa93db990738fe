package dev.caravan.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** What holds for every JSON document. */
class RequestDecoderPropertyTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String VALID = """
        {"model":"m","max_tokens":9000,"stream":true,"temperature":0.5,"top_k":1,"stop_sequences":["a"],
         "system":[{"type":"text","text":"s"},{"text":"s","type":"text"}],
         "tools":[{"name":"f","input_schema":{"type":"object"},"strict":true},{"type":"bash_20250124","name":"bash"}],
         "tool_choice":{"type":"tool","name":"f"},"thinking":{"type":"enabled","budget_tokens":2000},
         "output_config":{"effort":"low","format":{"schema":{}}},"metadata":{"user_id":"u"},
         "messages":[{"role":"user","content":[
           {"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBOR"}},
           {"type":"document","source":{"type":"content","content":[{"type":"text","text":"t"}]},"title":"t"},
           {"type":"search_result","source":"s","title":"t","content":[{"type":"text","text":"x"}]},
           {"type":"zzz","a":[{}]}]},
          {"role":"assistant","content":[{"type":"thinking","thinking":"h","signature":"s"},
           {"type":"redacted_thinking","data":"d"},{"type":"tool_use","id":"t","name":"f","input":{"a":[1]}}]},
          {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"r"}],
           "is_error":true}]},{"role":"system","content":"s"}]}""";

    @Property(tries = 1_000)
    void anyDocumentIsDecodedOrRefused(@ForAll("documents") JsonNode document) {
        decodedOrRefused(document);
    }

    @Property(tries = 2_000)
    void anyRequestWithAPartReplacedIsDecodedOrRefused(@ForAll("documents") JsonNode part, @ForAll int where)
            throws JsonProcessingException {
        JsonNode request = JSON.readTree(VALID);
        replace(request, part, where);
        decodedOrRefused(request);
    }

    /** Where a block's type stands does not matter. */
    @Property(tries = 500)
    void aTypeMayComeLast(@ForAll("documents") JsonNode part, @ForAll int where) throws JsonProcessingException {
        JsonNode request = JSON.readTree(VALID);
        replace(request, part, where);
        assertEquals(outcome(request.toString()), outcome(TypeLast.rewrite(request.toString())));
    }

    @Property(tries = 500)
    void onlyTheModelChangesInTheBody(@ForAll("texts") String from, @ForAll("texts") String to,
            @ForAll boolean pretty) throws IOException {
        ObjectNode request = (ObjectNode) JSON.readTree(VALID);
        request.put("model", "m" + from);
        byte[] body = pretty
                ? JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(request)
                : JSON.writeValueAsBytes(request);
        MessageRequest decoded = RequestDecoder.decode(body, ApiVersion.V2023_06_01);
        byte[] changed = decoded.bodyForModel(to);

        assertEquals(request.put("model", to), JSON.readTree(changed));
        int head = decoded.modelOffset();
        int tail = body.length - head - decoded.modelLength();
        assertArrayEquals(Arrays.copyOf(body, head), Arrays.copyOf(changed, head));
        assertArrayEquals(Arrays.copyOfRange(body, body.length - tail, body.length),
                Arrays.copyOfRange(changed, changed.length - tail, changed.length));
    }

    private static void decodedOrRefused(JsonNode document) {
        byte[] body = document.toString().getBytes(StandardCharsets.UTF_8);
        for (ApiVersion version : ApiVersion.values()) {
            try {
                RequestDecoder.decode(body, version);
                RequestDecoder.decodeForCounting(body, version).estimatedInputTokens();
            } catch (ApiException e) {
                assertEquals(400, e.status());
            }
        }
    }

    private static String outcome(String json) {
        try {
            StringBuilder outcome = new StringBuilder();
            for (InputMessage message : Requests.decode(json).messages()) {
                outcome.append(message.role());
                message.content().forEach(block -> outcome.append(' ').append(block.type()));
            }
            return outcome.toString();
        } catch (ApiException e) {
            return "refused";
        }
    }

    private static void replace(JsonNode root, JsonNode part, int where) {
        List<JsonNode> parents = new ArrayList<>();
        collect(root, parents);
        JsonNode parent = parents.get(Math.floorMod(where, parents.size()));
        int child = Math.floorMod(where / parents.size(), parent.size());
        if (parent instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            object.set(names.get(child), part);
        } else {
            ((ArrayNode) parent).set(child, part);
        }
    }

    private static void collect(JsonNode node, List<JsonNode> parents) {
        if (!node.isEmpty()) {
            parents.add(node);
            node.forEach(child -> collect(child, parents));
        }
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings().all().ofMaxLength(12).map(Text::wellFormed);
    }

    /** JSON whose names and strings are often those of the API. */
    @Provide
    Arbitrary<JsonNode> documents() {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        Arbitrary<String> words = Arbitraries.of("user", "assistant", "text", "image", "document", "search_result",
                "thinking", "redacted_thinking", "tool_use", "tool_result", "zzz", "base64", "url", "file", "content",
                "enabled", "auto", "tool", "", "custom");
        Arbitrary<String> names = Arbitraries.frequencyOf(
                Tuple.of(9,
                        Arbitraries.of("model", "messages", "max_tokens", "system", "role", "content", "type", "text",
                                "source", "data", "media_type", "url", "file_id", "title", "tools", "name", "id",
                                "input", "input_schema", "tool_use_id", "is_error", "thinking", "signature",
                                "citations", "tool_choice", "metadata", "user_id", "output_config", "format", "schema",
                                "budget_tokens", "stream", "temperature")),
                Tuple.of(1, Arbitraries.strings().all().ofMaxLength(5)));
        Arbitrary<JsonNode> leaves = Arbitraries.oneOf(words.map(nodes::textNode),
                Arbitraries.strings().all().ofMaxLength(8).map(nodes::textNode),
                Arbitraries.doubles().map(nodes::numberNode), Arbitraries.bigIntegers().map(nodes::numberNode),
                Arbitraries.integers().between(-2, 2_000).map(nodes::numberNode),
                Arbitraries.of(true, false).map(nodes::booleanNode), Arbitraries.just(nodes.nullNode()));
        return Arbitraries.recursive(() -> leaves, inner -> {
            Arbitrary<JsonNode> arrays = inner.list().ofMaxSize(4).map(list -> nodes.arrayNode().addAll(list));
            Arbitrary<JsonNode> objects = Combinators.combine(names, inner).as(Map::entry).list()
                    .ofMaxSize(5).map(fields -> {
                        ObjectNode object = nodes.objectNode();
                        fields.forEach(field -> object.set(field.getKey(), field.getValue()));
                        return object;
                    });
            return Arbitraries.oneOf(leaves, arrays, objects, objects);
        }, 0, 4);
    }
}
