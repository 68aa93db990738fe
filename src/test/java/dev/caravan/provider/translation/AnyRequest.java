package dev.caravan.provider.translation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.message.Text;
import java.util.List;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * Requests of the Messages API with all that they may hold, whether or not it makes sense: what Anthropic takes, and what it takes
 * although nobody should send it. What few providers can carry is seldom, so that many requests reach each.
 */
final class AnyRequest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int MOST_TOKENS = 200_000;
    private static final String LONG = "n".repeat(90);
    /** Of few values, so that calls, results, tools and choices meet; some are valid nowhere, some become the same when repaired. */
    private static final List<String> IDS = List.of("toolu_1", "a.b", "a:b", "a b", "x".repeat(80), "ü");
    private static final List<String> NAMES = List.of("look", "a.b", "a b", "9 odd", "mcp__" + LONG,
            "mcp__" + LONG + "2",
            "größe");
    private static final List<String> SIGNATURES = List.of("", "EqQBCkYIBxgC", "caravan:openai", "caravan:ollama",
            "caravan:gemini:own:U2ln", "caravan:gemini:next:U2ln", "caravan:bedrock:U2ln", "caravan:",
            "caravan:openai:[{\"type\":\"reasoning.text\",\"text\":\"t\"}]");

    private AnyRequest() {}

    // Requests

    static Arbitrary<ObjectNode> all() {
        Arbitrary<ObjectNode> spoken = Combinators.combine(conversation(), tools(), toolChoice(), system(), sampling(),
                reasoning(), others()).as((messages, tools, choice, system, sampling, reasoning, others) -> {
                    ObjectNode request = NODES.objectNode().put("model", "claude");
                    for (Consumer<ObjectNode> part : List.of(tools, choice, system, sampling, reasoning, others)) {
                        part.accept(request);
                    }
                    if (request.path("thinking").path("budget_tokens").asInt(-1) >= request.path("max_tokens")
                            .asInt()) {
                        request.put("max_tokens", MOST_TOKENS); // Anthropic wants room for an answer
                    }
                    request.set("messages", messages);
                    return request;
                });
        return spoken;
    }

    private static Arbitrary<Consumer<ObjectNode>> nothing() {
        return Arbitraries.just(request -> {});
    }

    @SafeVarargs
    private static Arbitrary<Consumer<ObjectNode>> seldom(int nothing, Arbitrary<Consumer<ObjectNode>>... something) {
        return Arbitraries.frequencyOf(Tuple.of(nothing, nothing()),
                Tuple.of(1, Arbitraries.oneOf(List.of(something))));
    }

    private static Arbitrary<Consumer<ObjectNode>> field(String name, String... values) {
        return Arbitraries.of(values).map(Json::of).map(value -> request -> request.set(name, value.deepCopy()));
    }

    private static Arbitrary<Consumer<ObjectNode>> both(List<Arbitrary<Consumer<ObjectNode>>> parts) {
        return Combinators.combine(parts).as(all -> request -> all.forEach(part -> part.accept(request)));
    }

    private static Arbitrary<Consumer<ObjectNode>> sampling() {
        return both(
                List.of(field("max_tokens", "1", "4096", "" + MOST_TOKENS), seldom(1, field("stream", "true", "false")),
                        seldom(2, field("temperature", "0", "0.25", "1", "1.0", "5e-1")),
                        seldom(3, field("top_p", "0.01", "0.9", "1")), seldom(3, field("top_k", "1", "37")),
                        seldom(2, field("stop_sequences", "[]", "[\"END\"]", "[\"\\n\\n\",\" \",\"END\"]",
                                "[\"1\",\"2\",\"3\",\"4\"]", "[\"1\",\"2\",\"3\",\"4\",\"5\"]"))));
    }

    private static Arbitrary<Consumer<ObjectNode>> reasoning() {
        return both(List.of(
                seldom(2, field("thinking", "{\"type\":\"enabled\",\"budget_tokens\":1024}",
                        "{\"type\":\"enabled\",\"budget_tokens\":40000}", "{\"type\":\"adaptive\"}",
                        "{\"type\":\"adaptive\",\"display\":\"omitted\"}", "{\"type\":\"disabled\"}")),
                seldom(2, Combinators
                        .combine(Arbitraries.of("low", "medium", "high", "xhigh", "max").injectNull(0.3),
                                schemas().injectNull(0.6))
                        .as((effort, schema) -> request -> {
                            ObjectNode output = request.putObject("output_config");
                            if (effort != null) {
                                output.put("effort", effort);
                            }
                            if (schema != null) {
                                output.putObject("format").put("type", "json_schema").set("schema", schema);
                            }
                        }))));
    }

    private static Arbitrary<Consumer<ObjectNode>> others() {
        return both(List.of(
                seldom(2, field("metadata", "{\"user_id\":\"u\"}", "{\"user_id\":\"" + "u".repeat(200) + "\"}", "{}",
                        "{\"user_id\":null}")),
                seldom(4, field("service_tier", "\"auto\"", "\"standard_only\"")),
                seldom(9, field("warp", "{\"factor\":9}"), field("inference_geo", "\"eu\""),
                        field("context_management", "{\"edits\":[{\"type\":\"clear_tool_uses_20250919\"}]}"),
                        field("cache_control", "{\"type\":\"ephemeral\"}")),
                seldom(60,
                        field("mcp_servers", "[{\"type\":\"url\",\"name\":\"a\",\"url\":\"https://example.com/m\"}]"),
                        field("container", "\"c\""), field("max_tokens", "0"))));
    }

    private static Arbitrary<Consumer<ObjectNode>> system() {
        Arbitrary<Consumer<ObjectNode>> string = texts().map(text -> request -> request.put("system", text));
        Arbitrary<Consumer<ObjectNode>> blocks = textBlock().list().ofMaxSize(3)
                .map(list -> request -> request.putArray("system").addAll(list));
        return seldom(1, string, blocks);
    }

    // Tools

    private static Arbitrary<Consumer<ObjectNode>> tools() {
        Arbitrary<ObjectNode> own = Combinators
                .combine(schemas(), extras(",\"description\":\"d\"", ",\"description\":\"\"",
                        ",\"strict\":true", ",\"input_examples\":[{\"a\":1}]", ",\"type\":\"custom\"",
                        ",\"defer_loading\":true,\"allowed_callers\":[\"direct\"]",
                        ",\"cache_control\":{\"type\":\"ephemeral\"}"))
                .as((schema, extra) -> {
                    ObjectNode tool = extra.deepCopy();
                    tool.set("input_schema", schema.deepCopy());
                    return tool;
                });
        Arbitrary<Consumer<ObjectNode>> some = Combinators
                .combine(Arbitraries.subsetOf(NAMES), own.list().ofSize(NAMES.size()),
                        Arbitraries.of("", "{\"type\":\"web_search_20250305\",\"name\":\"web_search\",\"max_uses\":3}",
                                "",
                                "{\"type\":\"bash_20250124\",\"name\":\"bash\"}"))
                .as((names, bodies, theirs) -> request -> {
                    ArrayNode tools = request.putArray("tools");
                    int i = 0;
                    for (String name : names) {
                        tools.add(bodies.get(i++).deepCopy().put("name", name));
                    }
                    if (!theirs.isEmpty()) {
                        tools.add(Json.of(theirs));
                    }
                });
        return Arbitraries.frequencyOf(Tuple.of(1, nothing()), Tuple.of(3, some));
    }

    /** Names a tool that is declared, where one is; an unknown one is seldom. */
    private static Arbitrary<Consumer<ObjectNode>> toolChoice() {
        Arbitrary<Consumer<ObjectNode>> mode = Arbitraries.of("auto", "any", "none")
                .map(type -> request -> request.putObject("tool_choice").put("type", type));
        Arbitrary<Consumer<ObjectNode>> one = Arbitraries.integers().between(0, 9).map(which -> request -> {
            JsonNode tools = request.path("tools");
            String name = tools.isEmpty() || which == 9
                    ? "nobody"
                    : tools.get(which % tools.size()).path("name").asText();
            request.putObject("tool_choice").put("type", "tool").put("name", name);
        });
        Arbitrary<Consumer<ObjectNode>> single = Arbitraries.of(true, false).map(single2 -> request -> {
            if (request.has("tool_choice") && !request.path("tool_choice").path("type").asText().equals("none")) {
                ((ObjectNode) request.get("tool_choice")).put("disable_parallel_tool_use", single2);
            }
        });
        return both(List.of(seldom(2, mode, one), single));
    }

    /** JSON schemas of objects, and of what else a client may have written. */
    private static Arbitrary<JsonNode> schemas() {
        Arbitrary<JsonNode> leaf = Arbitraries.of("{}", "true", "{\"type\":\"string\",\"format\":\"email\"}",
                "{\"type\":[\"integer\",\"null\"]}", "{\"enum\":[\"a\",\"\",null]}", "{\"const\":3}",
                "{\"type\":\"array\"}",
                "{\"$ref\":\"#/properties/a\"}", "{\"type\":\"object\"}", "{\"minimum\":1,\"exclusiveMaximum\":7}",
                "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}",
                "{\"type\":\"array\",\"items\":{\"type\":\"number\"},\"minItems\":1}").map(Json::of);
        Arbitrary<JsonNode> inner = Arbitraries.oneOf(leaf, Combinators.combine(leaf, leaf).as(AnyRequest::object));
        Arbitrary<JsonNode> objects = Combinators.combine(inner, inner).as(AnyRequest::object);
        return Arbitraries.frequencyOf(Tuple.of(6, objects), Tuple.of(1, Arbitraries.of("{\"type\":\"object\"}", "{}",
                "{\"anyOf\":[{\"type\":\"object\"},{\"type\":\"object\",\"properties\":{\"a\":{}}}]}",
                "{\"type\":\"object\",\"properties\":{}}",
                "{\"type\":\"object\",\"$defs\":{\"d\":{\"type\":\"string\"}},\"properties\":{\"a\":{\"$ref\":\"#/$defs/d\"}}}")
                .map(Json::of)));
    }

    private static JsonNode object(JsonNode a, JsonNode b) {
        ObjectNode object = NODES.objectNode().put("type", "object").put("additionalProperties", false);
        object.putObject("properties").<ObjectNode>set("a", a.deepCopy()).set("b", b.deepCopy());
        object.putArray("required").add("a").add("b");
        return object;
    }

    // Conversations

    private static Arbitrary<ArrayNode> conversation() {
        Arbitrary<ObjectNode> user = Combinators
                .combine(texts(), userBlock().list().ofMaxSize(4), Arbitraries.integers()
                        .between(0, 4))
                .as((text, blocks, form) -> turn("user", text, blocks, form));
        Arbitrary<ObjectNode> assistant = Combinators.combine(texts(), assistantBlock().list().ofMaxSize(4), Arbitraries
                .integers().between(0, 4)).as((text, blocks, form) -> turn("assistant", text, blocks, form));
        Arbitrary<ObjectNode> system = Combinators
                .combine(texts(), textBlock().list().ofMaxSize(2), Arbitraries.integers()
                        .between(0, 4))
                .as((text, blocks, form) -> turn("system", text, blocks, form));
        return Combinators.combine(user, Arbitraries.frequencyOf(Tuple.of(4, user), Tuple.of(4, assistant),
                Tuple.of(1, system)).list().ofMaxSize(7)).as((first, others) -> {
                    ArrayNode messages = NODES.arrayNode().add(first.deepCopy());
                    others.forEach(turn -> messages.add(turn.deepCopy()));
                    return messages;
                });
    }

    private static ObjectNode turn(String role, String text, List<? extends JsonNode> blocks, int form) {
        ObjectNode turn = NODES.objectNode().put("role", role);
        if (form == 0) {
            return turn.put("content", text);
        }
        turn.putArray("content").addAll(blocks.stream().map(block -> (JsonNode) block.deepCopy()).toList());
        return turn;
    }

    private static Arbitrary<String> texts() {
        return Arbitraries.oneOf(Arbitraries.strings().all().ofMaxLength(8).map(Text::wellFormed),
                Arbitraries.of("", " ", "\n", "words", "[see]", "a\u2028b\u0000", "w".repeat(300)));
    }

    private static Arbitrary<ObjectNode> extras(String... fields) {
        return Arbitraries.subsetOf(fields)
                .map(some -> (ObjectNode) Json.of("{\"x\":0" + String.join("", some) + "}")).map(node -> {
                    node.remove("x");
                    return node;
                });
    }

    private static Arbitrary<ObjectNode> seldomExtra(String... fields) {
        return Arbitraries.frequencyOf(Tuple.of(3, Arbitraries.just(NODES.objectNode())), Tuple.of(1, extras(fields)));
    }

    private static Arbitrary<ObjectNode> block(String json, String... extras) {
        return seldomExtra(extras).map(extra -> {
            ObjectNode block = (ObjectNode) Json.of(json);
            block.setAll(extra);
            return block;
        });
    }

    private static final String CACHE = ",\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}";

    private static Arbitrary<ObjectNode> textBlock() {
        return Combinators.combine(texts(), seldomExtra(CACHE)).as(
                (text, extra) -> NODES.objectNode().put("type", "text").put("text", text).setAll(extra));
    }

    private static Arbitrary<ObjectNode> citedText() {
        return block("{\"type\":\"text\",\"text\":\"as they say\"}",
                ",\"citations\":[{\"type\":\"char_location\",\"cited_text\":\"c\",\"document_index\":0,\"document_title\":null,"
                        + "\"start_char_index\":0,\"end_char_index\":1}]");
    }

    private static Arbitrary<ObjectNode> image() {
        return Arbitraries.of("png", "jpeg", "webp", "png", "gif").flatMap(type -> block(
                "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/" + type
                        + "\",\"data\":\"iVBORw==\"}}",
                CACHE));
    }

    private static Arbitrary<ObjectNode> document() {
        Arbitrary<ObjectNode> plain = texts().flatMap(text -> block(
                "{\"type\":\"document\",\"source\":{\"type\":\"text\",\"media_type\":\"text/plain\",\"data\":"
                        + NODES.textNode(text) + "}}",
                ",\"title\":\"T\"", ",\"title\":\"\"", ",\"context\":\"c\"", ",\"citations\":{\"enabled\":true}",
                CACHE));
        Arbitrary<ObjectNode> pdf = block(
                "{\"type\":\"document\",\"source\":{\"type\":\"base64\",\"media_type\":\"application/pdf\",\"data\":\"JVBERi0=\"}}",
                ",\"title\":\"a/b.pdf  x\"", ",\"context\":\"c\"", ",\"citations\":{\"enabled\":true}", CACHE);
        Arbitrary<ObjectNode> content = block(
                "{\"type\":\"document\",\"source\":{\"type\":\"content\",\"content\":[{\"type\":\"text\",\"text\":\"in\"}]}}",
                ",\"title\":\"T\"");
        return Arbitraries.frequencyOf(Tuple.of(6, plain), Tuple.of(1, pdf), Tuple.of(2, content));
    }

    private static Arbitrary<ObjectNode> searchResult() {
        return Combinators.combine(texts(), textBlock().list().ofMaxSize(2), seldomExtra(CACHE,
                ",\"citations\":{\"enabled\":true}")).as((title, content, extra) -> {
                    ObjectNode result = NODES.objectNode().put("type", "search_result").put("source", title).put(
                            "title",
                            title);
                    result.putArray("content").addAll(content);
                    return result.setAll(extra);
                });
    }

    /** What is fetched from somewhere, or newer than this program; most providers refuse it. */
    private static Arbitrary<ObjectNode> foreign() {
        return Arbitraries.of(
                "{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://example.com/a.png\"}}",
                "{\"type\":\"image\",\"source\":{\"type\":\"file\",\"file_id\":\"file_1\"}}",
                "{\"type\":\"document\",\"source\":{\"type\":\"url\",\"url\":\"https://example.com/a.pdf\"}}",
                "{\"type\":\"document\",\"source\":{\"type\":\"file\",\"file_id\":\"file_1\"}}",
                "{\"type\":\"document\",\"source\":{\"type\":\"content\",\"content\":[{\"type\":\"image\",\"source\":"
                        + "{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"iVBORw==\"}}]}}",
                "{\"type\":\"hologram\",\"data\":\"d\"}").map(json -> (ObjectNode) Json.of(json));
    }

    private static Arbitrary<ObjectNode> toolResult() {
        Arbitrary<ObjectNode> held = Arbitraries.frequencyOf(Tuple.of(8, textBlock()), Tuple.of(2, image()),
                Tuple.of(2, document()), Tuple.of(2, searchResult()), Tuple.of(1, foreign()), Tuple.of(1, block(
                        "{\"type\":\"tool_reference\",\"tool_name\":\"look\"}")));
        return Combinators
                .combine(Arbitraries.of(IDS), texts(), held.list().ofMaxSize(2), Arbitraries.integers().between(
                        0, 3), seldomExtra(",\"is_error\":true", ",\"is_error\":false", CACHE))
                .as((id, text, content, form, extra) -> {
                    ObjectNode result = NODES.objectNode().put("type", "tool_result").put("tool_use_id", id);
                    if (form == 0) {
                        result.put("content", text);
                    } else if (form != 1) {
                        result.putArray("content").addAll(content.stream().map(ObjectNode::deepCopy).toList());
                    }
                    return result.setAll(extra);
                });
    }

    private static Arbitrary<ObjectNode> userBlock() {
        return Arbitraries.frequencyOf(Tuple.of(12, textBlock()), Tuple.of(8, toolResult()), Tuple.of(2, image()),
                Tuple.of(2, document()), Tuple.of(2, searchResult()), Tuple.of(1, citedText()), Tuple.of(1, foreign()));
    }

    private static Arbitrary<ObjectNode> toolUse() {
        return Combinators.combine(Arbitraries.of(IDS), Arbitraries.of(NAMES), Arbitraries.of("{}",
                "{\"a\":[1.50,{\"b\":null}],\"ü\":\"\\u2028\"}", "{\"a\":{\"a\":{}}}"),
                seldomExtra(CACHE,
                        ",\"caller\":{\"type\":\"direct\"}"))
                .as((id, name, input, extra) -> NODES.objectNode().put("type", "tool_use").put("id", id)
                        .put("name", name)
                        .<ObjectNode>set("input", Json.of(input)).setAll(extra));
    }

    private static Arbitrary<ObjectNode> assistantBlock() {
        Arbitrary<ObjectNode> thinking = Combinators.combine(texts(), Arbitraries.of(SIGNATURES))
                .as((text, signature) -> NODES
                        .objectNode().put("type", "thinking").put("thinking", text).put("signature", signature));
        Arbitrary<ObjectNode> theirs = Arbitraries.of("{\"type\":\"redacted_thinking\",\"data\":\"RGF0YQ==\"}",
                "{\"type\":\"server_tool_use\",\"id\":\"srvtoolu_1\",\"name\":\"web_search\",\"input\":{\"query\":\"q\"}}",
                "{\"type\":\"web_search_tool_result\",\"tool_use_id\":\"srvtoolu_1\",\"content\":[]}",
                "{\"type\":\"mcp_tool_use\",\"id\":\"mcptoolu_1\",\"name\":\"x\",\"server_name\":\"s\",\"input\":{}}",
                "{\"type\":\"mcp_tool_result\",\"tool_use_id\":\"mcptoolu_1\",\"is_error\":false,\"content\":[]}",
                "{\"type\":\"compaction\",\"content\":\"c\"}",
                "{\"type\":\"fallback\",\"from\":{\"model\":\"a\"},\"to\":{\"model\":\"b\"}}")
                .map(json -> (ObjectNode) Json.of(
                        json));
        return Arbitraries.frequencyOf(Tuple.of(9, textBlock()), Tuple.of(6, toolUse()), Tuple.of(5, thinking),
                Tuple.of(1,
                        theirs),
                Tuple.of(1, citedText()), Tuple.of(1, document()), Tuple.of(1, searchResult()));
    }
}
