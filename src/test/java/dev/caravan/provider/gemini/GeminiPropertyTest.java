package dev.caravan.provider.gemini;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.caravan.message.ApiException;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.EventGrammar.Block;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageJson;
import dev.caravan.provider.ResponseDecoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.Tuple;

/** What holds for every stream and every conversation. */
class GeminiPropertyTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Something that Gemini says in one part; what is null is not there. */
    record Said(String text, boolean thought, String signature, String call) {
        ObjectNode json() {
            ObjectNode part = NODES.objectNode();
            if (call != null) {
                part.putObject("functionCall").put("name", "f").putObject("args").put("a", call);
            } else {
                part.put("text", text);
                if (thought) {
                    part.put("thought", true);
                }
            }
            if (signature != null) {
                part.put("thoughtSignature", signature);
            }
            return part;
        }
    }

    @Provide
    Arbitrary<List<List<Said>>> chunks() {
        Arbitrary<String> text = Arbitraries.strings().withChars("a \n\"\\{é你\u2028").ofMaxLength(6);
        Arbitrary<String> signature = Arbitraries.strings().withChars("AB+/=").ofMinLength(1).ofMaxLength(8)
                .injectNull(0.7);
        Arbitrary<Said> said = Combinators.combine(text, Arbitraries.of(true, false), signature, text.injectNull(0.7))
                .as(Said::new);
        return said.list().ofMaxSize(3).list().ofMaxSize(8);
    }

    /** A stream that Gemini may send becomes a message that says the same, in the same order. */
    @Tag("case-21")
    @Property(tries = 500)
    void legalStreams(@ForAll("chunks") List<List<Said>> chunks) {
        List<MessageEvent> events = new ArrayList<>();
        ResponseDecoder decoder = Decoded.decoder(events::add);
        StringBuilder texts = new StringBuilder();
        StringBuilder thoughts = new StringBuilder();
        List<String> calls = new ArrayList<>();
        for (List<Said> chunk : chunks) {
            feed(decoder, chunk(chunk));
            for (Said said : chunk) {
                if (said.call != null) {
                    calls.add(NODES.objectNode().put("a", said.call).toString());
                } else {
                    (said.thought ? thoughts : texts).append(said.text);
                }
            }
        }
        feed(decoder, Decoded.chunk("F STOP").getBytes(StandardCharsets.UTF_8));
        decoder.end();
        EventGrammar.Said told = EventGrammar.whole(events);
        assertEquals(calls.isEmpty() ? "end_turn" : "tool_use", told.stopReason());
        assertEquals(texts.toString(), joined(told, "text"));
        assertEquals(thoughts.toString(), joined(told, "thinking"));
        assertEquals(calls, told.blocks().stream().filter(block -> block.type().equals("tool_use")).map(Block::content)
                .toList());
        sentBack(told);
    }

    private static String joined(EventGrammar.Said told, String type) {
        StringBuilder joined = new StringBuilder();
        told.blocks().stream().filter(block -> block.type().equals(type)).map(Block::content).forEach(joined::append);
        return joined.toString();
    }

    /** Each call goes back with the signature that stood before it. */
    private static void sentBack(EventGrammar.Said told) {
        ArrayNode content = NODES.arrayNode();
        List<String> signed = new ArrayList<>();
        String next = "";
        for (Block block : told.blocks()) {
            ObjectNode json = content.addObject().put("type", block.type());
            switch (block.type()) {
                case "text" -> {
                    json.put("text", block.content());
                    next = "";
                }
                case "thinking" -> {
                    json.put("thinking", block.content()).put("signature", block.signature());
                    String carrier = "caravan:gemini:next:";
                    next = block.signature().startsWith(carrier) ? block.signature().substring(carrier.length()) : next;
                }
                default -> {
                    json.put("id", block.id()).put("name", block.name()).putRawValue("input",
                            new RawValue(block.content()));
                    signed.add(next);
                    next = "";
                }
            }
        }
        String body = Encoded
                .request("{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"q\"},"
                        + "{\"role\":\"assistant\",\"content\":" + content + "}]}", Encoded.MODEL);
        List<String> sent = new ArrayList<>();
        Encoded.json(body).findParents("functionCall")
                .forEach(part -> sent.add(part.path("thoughtSignature").asText("")));
        assertEquals(signed, sent);
    }

    private static byte[] chunk(List<Said> parts) {
        ObjectNode chunk = NODES.objectNode();
        ArrayNode list = chunk.putArray("candidates").addObject().putObject("content").putArray("parts");
        parts.forEach(part -> list.add(part.json()));
        return chunk.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void feed(ResponseDecoder decoder, byte[] data) {
        try {
            decoder.event("message", data, 0, data.length);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A stream with a byte changed, missing or too many ends as a message or as an error, and never as a success cut short. */
    @Tag("case-7")
    @Property(tries = 1_000)
    void brokenStreams(@ForAll("chunks") List<List<Said>> chunks, @ForAll Random random) {
        List<MessageEvent> events = new ArrayList<>();
        ResponseDecoder decoder = Decoded.decoder(events::add);
        boolean finishes = random.nextBoolean();
        boolean whole = false;
        try {
            for (List<Said> chunk : chunks) {
                byte[] data = chunk(chunk);
                if (random.nextInt(4) == 0) {
                    data[random.nextInt(data.length)] = (byte) random.nextInt(256);
                }
                feed(decoder, random.nextInt(8) == 0 ? Arrays.copyOf(data, random.nextInt(data.length)) : data);
            }
            if (finishes) {
                feed(decoder, Decoded.chunk("F STOP").getBytes(StandardCharsets.UTF_8));
            }
            decoder.end();
            whole = true;
        } catch (ApiException e) {
            assertNotEquals("", e.getMessage());
        }
        if (whole) {
            assertTrue(finishes);
            EventGrammar.check(events);
        } else {
            EventGrammar.checkCutOff(events);
            assertFalse(events.stream().anyMatch(MessageEvent.MessageDelta.class::isInstance));
        }
        events.forEach(MessageJson::data);
    }

    // -- requests --------------------------------------------------------------------------------------------------------

    /** JSON schemas of all keywords, sensible or not. */
    @Provide
    Arbitrary<JsonNode> schemas() {
        return schemas(3);
    }

    private static Arbitrary<JsonNode> schemas(int depth) {
        return depth == 0
                ? leaf()
                : Arbitraries.oneOf(leaf(), object(schemas(depth - 1)), combined(schemas(depth - 1)));
    }

    private static Arbitrary<JsonNode> leaf() {
        return Arbitraries
                .of("{}", "true", "{\"type\":\"string\",\"format\":\"email\"}", "{\"type\":[\"integer\",\"null\"]}",
                        "{\"enum\":[\"a\",\"\",null]}", "{\"enum\":[1,\"a\"]}", "{\"const\":3}", "{\"type\":\"array\"}",
                        "{\"type\":\"object\"}", "{\"$ref\":\"#\"}", "{\"$ref\":\"#/properties/a\"}",
                        "{\"$ref\":\"#/nowhere\"}",
                        "{\"type\":[\"string\",\"array\",\"object\"],\"description\":\"d\"}",
                        "{\"minimum\":1,\"exclusiveMaximum\":7}",
                        "{\"required\":[\"a\"]}", "{\"type\":\"null\"}",
                        "{\"type\":7,\"enum\":{},\"anyOf\":3,\"properties\":[],\"items\":1}")
                .map(Encoded::json);
    }

    private static Arbitrary<JsonNode> object(Arbitrary<JsonNode> inner) {
        return Combinators.combine(inner, inner).as((a, b) -> {
            ObjectNode object = NODES.objectNode().put("type", "object").put("additionalProperties", false);
            object.putObject("properties").<ObjectNode>set("a", a).set("b", b);
            object.putArray("required").add("a").add("c");
            return object;
        });
    }

    private static Arbitrary<JsonNode> combined(Arbitrary<JsonNode> inner) {
        return Combinators
                .combine(Arbitraries.of("anyOf", "oneOf", "allOf", "items", "prefixItems", "not"), inner, inner)
                .as((keyword, a, b) -> {
                    ObjectNode schema = NODES.objectNode().put("description", "both");
                    if (keyword.equals("items") || keyword.equals("not")) {
                        schema.set(keyword, a);
                    } else {
                        schema.putArray(keyword).add(a).add(b);
                    }
                    return schema;
                });
    }

    @Provide
    Arbitrary<List<String>> messages() {
        Arbitrary<String> user = block("{\"type\":\"text\",\"text\":\"hi\"}", "{\"type\":\"text\",\"text\":\"\"}",
                "{\"type\":\"tool_result\",\"tool_use_id\":\"A\",\"content\":\"1\"}",
                "{\"type\":\"tool_result\",\"tool_use_id\":\"B\",\"is_error\":true}",
                "{\"type\":\"tool_result\",\"tool_use_id\":\"A\",\"content\":[{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"AA==\"}}]}",
                "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/webp\",\"data\":\"AA==\"}}",
                "{\"type\":\"document\",\"title\":\"t\",\"source\":{\"type\":\"base64\",\"media_type\":\"application/pdf\",\"data\":\"AA==\"}}",
                "{\"type\":\"search_result\",\"source\":\"s\",\"title\":\"t\",\"content\":[]}").map(turn("user"));
        Arbitrary<String> assistant = block("{\"type\":\"text\",\"text\":\"ok\"}",
                "{\"type\":\"tool_use\",\"id\":\"A\",\"name\":\"f\",\"input\":{}}",
                "{\"type\":\"tool_use\",\"id\":\"B\",\"name\":\"9 odd name\",\"input\":{\"a\":[1]}}",
                "{\"type\":\"thinking\",\"thinking\":\"t\",\"signature\":\"EqQB\"}",
                "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"caravan:gemini:next:S\"}",
                "{\"type\":\"thinking\",\"thinking\":\"t\",\"signature\":\"caravan:gemini:own:S\"}",
                "{\"type\":\"redacted_thinking\",\"data\":\"d\"}",
                "{\"type\":\"server_tool_use\",\"id\":\"s\",\"name\":\"web_search\",\"input\":{}}")
                .map(turn("assistant"));
        Arbitrary<String> system = Arbitraries.just("{\"role\":\"system\",\"content\":\"note\"}");
        return Arbitraries.frequencyOf(Tuple.of(4, user), Tuple.of(4, assistant),
                Tuple.of(1, system)).list().ofMaxSize(8);
    }

    private static Arbitrary<List<String>> block(String... blocks) {
        return Arbitraries.of(blocks).list().ofMaxSize(4);
    }

    private static Function<List<String>, String> turn(String role) {
        return blocks -> "{\"role\":\"" + role + "\",\"content\":[" + String.join(",", blocks) + "]}";
    }

    /** Encoded bodies are held against the schema of Gemini's request by the harness; here also against what a schema cannot say. */
    @Tag("case-22")
    @Property(tries = 500)
    void requestsThatGeminiAccepts(@ForAll("schemas") JsonNode schema, @ForAll("messages") List<String> messages,
            @ForAll Random random) throws IOException {
        ObjectNode input = schema.isObject() ? (ObjectNode) schema : NODES.objectNode();
        String[] thinking = {"{\"type\":\"adaptive\"}", "{\"type\":\"disabled\"}",
                "{\"type\":\"enabled\",\"budget_tokens\":40000}"};
        String[] efforts = {"low", "medium", "high", "max"};
        String[] choices = {"{\"type\":\"auto\"}", "{\"type\":\"any\"}", "{\"type\":\"none\"}",
                "{\"type\":\"tool\",\"name\":\"9 odd name\"}"};
        String[] models = {Encoded.MODEL, Encoded.GENERATION_3, "gemini-3-pro-preview", "gemini-2.0-flash"};
        List<String> all = new ArrayList<>(List.of("{\"role\":\"user\",\"content\":\"go\"}"));
        all.addAll(messages);
        String request = "{\"model\":\"m\",\"max_tokens\":9,\"system\":\"s\",\"tools\":[{\"name\":\"9 odd name\",\"input_schema\":"
                + JSON.writeValueAsString(input) + "},{\"type\":\"bash_20250124\",\"name\":\"bash\"}],\"tool_choice\":"
                + choices[random.nextInt(4)] + ",\"thinking\":" + thinking[random.nextInt(3)]
                + ",\"output_config\":{\"effort\":\"" + efforts[random.nextInt(4)]
                + "\",\"format\":{\"type\":\"json_schema\",\"schema\":"
                + JSON.writeValueAsString(input) + "}},\"messages\":[" + String.join(",", all) + "]}";
        JsonNode contents = Encoded.json(Encoded.request(request, models[random.nextInt(4)])).path("contents");
        for (int i = 0; i < contents.size(); i++) {
            boolean user = contents.get(i).path("role").asText().equals("user");
            assertEquals(i % 2 == 0, user, "turns alternate, the user's first");
            int calls = user ? 0 : contents.get(i).findValues("functionCall").size();
            int answers = i + 1 < contents.size() ? contents.get(i + 1).findValues("functionResponse").size() : 0;
            if (!user) {
                assertEquals(calls, answers, "each call is answered right behind it");
            }
        }
    }
}
