package dev.caravan.provider.bedrock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.EventGrammar.Block;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.MessageDelta;
import dev.caravan.message.Text;
import dev.caravan.testkit.AwsFrames;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.Tuple;

/** What holds for every conversation and every stream. */
class ConversePropertyTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonSchema SCHEMA = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
            .getSchema(ConversePropertyTest.class.getResourceAsStream("/bedrock/converse-request.schema.json"));

    // Requests

    @Tag("case-9")
    @Property(tries = 500)
    void anyConversationBecomesOneThatBedrockTakes(@ForAll("conversations") ArrayNode messages,
            @ForAll("models") String model) throws JsonProcessingException {
        ObjectNode request = JSON.createObjectNode().put("model", "m").put("max_tokens", 9).put("temperature", 0.5);
        request.set("messages", messages);
        request.putArray("stop_sequences").add("END");
        ObjectNode tool = request.putArray("tools").addObject().put("name", "mcp__" + "n".repeat(90));
        tool.putObject("input_schema").put("type", "object");
        JsonNode encoded = JSON.readTree(Converse.request(request.toString(), model));
        assertEquals(Set.of(), SCHEMA.validate(encoded), () -> encoded.toPrettyString());
        takesTurns(encoded.get("messages"));
        documentNamesDiffer(encoded);
    }

    /** Roles alternate; behind calls stand their results, one each, and nowhere else; no document without text. */
    private static void takesTurns(JsonNode messages) {
        String before = "";
        Set<String> called = new HashSet<>();
        for (JsonNode message : messages) {
            String role = message.get("role").asText();
            assertTrue(!role.equals(before), messages::toPrettyString);
            List<String> answered = message.findValues("toolResult").stream()
                    .map(result -> result.get("toolUseId").asText())
                    .toList();
            assertEquals(answered.size(), new HashSet<>(answered).size(), messages::toPrettyString);
            assertEquals(called, new HashSet<>(answered), messages::toPrettyString);
            boolean atStart = true;
            boolean text = false;
            boolean document = false;
            for (JsonNode block : message.get("content")) {
                assertTrue(atStart || !block.has("toolResult"), messages::toPrettyString);
                atStart &= block.has("toolResult");
                text |= block.has("text");
                document |= block.has("document");
            }
            assertTrue(text || !document, messages::toPrettyString);
            called = new HashSet<>();
            for (JsonNode use : message.findValues("toolUse")) {
                called.add(use.get("toolUseId").asText());
            }
            before = role;
        }
        assertEquals(Set.of(), called, messages::toPrettyString);
    }

    private static void documentNamesDiffer(JsonNode encoded) {
        List<String> names = encoded.findValues("document").stream().map(document -> document.get("name").asText())
                .toList();
        assertEquals(names.size(), new HashSet<>(names).size(), names::toString);
    }

    @Provide
    Arbitrary<String> models() {
        return Arbitraries.of(Converse.CLAUDE, Converse.NOVA, Converse.LLAMA, Converse.PROFILE);
    }

    private static Arbitrary<String> texts() {
        return Arbitraries.oneOf(Arbitraries.strings().all().ofMaxLength(8).map(Text::wellFormed),
                Arbitraries.of("", " ", "\n", "you", "[see]"));
    }

    private static ObjectNode block(String type) {
        return JSON.createObjectNode().put("type", type);
    }

    /** Ids of few values, so that calls and results meet; some are too long and some have odd characters. */
    private static Arbitrary<String> ids() {
        return Arbitraries.of("a", "b", "a.b", "a:b", "x".repeat(80), "toolu_1");
    }

    private static Arbitrary<ObjectNode> plainBlocks() {
        Arbitrary<ObjectNode> text = texts().map(said -> block("text").put("text", said));
        Arbitrary<ObjectNode> image = Arbitraries.of("png", "jpeg", "gif", "webp").map(format -> {
            ObjectNode image1 = block("image");
            image1.putObject("source").put("type", "base64").put("media_type", "image/" + format).put("data", "AAAA");
            return image1;
        });
        Arbitrary<ObjectNode> document = Combinators.combine(texts(), Arbitraries.of(true, false)).as((title, pdf) -> {
            ObjectNode document1 = block("document").put("title", title).put("context", title);
            ObjectNode source = document1.putObject("source").put("type", pdf ? "base64" : "text")
                    .put("media_type", pdf ? "application/pdf" : "text/plain");
            source.put("data", pdf ? "AAAA" : "words");
            return document1;
        });
        Arbitrary<ObjectNode> found = texts().map(title -> {
            ObjectNode result = block("search_result").put("source", title).put("title", title);
            result.putArray("content").add(block("text").put("text", "found"));
            return result;
        });
        return Arbitraries.frequencyOf(Tuple.of(4, text), Tuple.of(1, image),
                Tuple.of(1, document), Tuple.of(1, found));
    }

    @Provide
    Arbitrary<ArrayNode> conversations() {
        Arbitrary<ObjectNode> results = Combinators
                .combine(ids(), plainBlocks().list().ofMaxSize(2), Arbitraries.of(true, false))
                .as((id, content, failed) -> {
                    ObjectNode result = block("tool_result").put("tool_use_id", id).put("is_error", failed);
                    result.putArray("content").addAll(content);
                    return result;
                });
        Arbitrary<ObjectNode> uses = Combinators.combine(ids(), Arbitraries.of("f", "g.h", "n".repeat(90)))
                .as((id, name) -> {
                    ObjectNode use = block("tool_use").put("id", id).put("name", name);
                    use.putObject("input").put("x", 1.5);
                    return use;
                });
        Arbitrary<ObjectNode> thoughts = Arbitraries.of("", "EqQB", "caravan:openai", "caravan:bedrock:sig")
                .map(signature -> block("thinking").put("thinking", "t").put("signature", signature));
        Arbitrary<ObjectNode> redacted = Arbitraries.just(0).map(any -> block("redacted_thinking").put("data", "AAAA"));
        Arbitrary<ObjectNode> user = Arbitraries.oneOf(plainBlocks(), results);
        Arbitrary<ObjectNode> assistant = Arbitraries
                .oneOf(texts().map(said -> block("text").put("text", said)), uses, thoughts, redacted);
        Arbitrary<ObjectNode> turns = Arbitraries.oneOf(
                user.list().ofMinSize(1).ofMaxSize(4).map(content -> turn("user", content)),
                assistant.list().ofMinSize(1).ofMaxSize(4).map(content -> turn("assistant", distinct(content))),
                texts().map(said -> turn("system", List.of(block("text").put("text", said)))));
        return turns.list().ofMaxSize(8).map(list -> {
            ArrayNode messages = JSON.createArrayNode();
            messages.add(turn("user", List.of(block("text").put("text", "hi"))));
            Set<String> used = new HashSet<>();
            for (ObjectNode turn : list) {
                turn.get("content").forEach(part -> rename(part, used));
                messages.add(turn);
            }
            return messages;
        });
    }

    /** A call's id stands for one call in all of the conversation, as it does in what a model has said. */
    private static void rename(JsonNode part, Set<String> used) {
        if (part.path("type").asText().equals("tool_use")) {
            String id = part.get("id").asText();
            while (!used.add(id)) {
                id = id + ".";
            }
            ((ObjectNode) part).put("id", id);
        }
    }

    private static List<ObjectNode> distinct(List<ObjectNode> content) {
        return content.stream().map(ObjectNode::deepCopy).toList();
    }

    private static ObjectNode turn(String role, List<ObjectNode> content) {
        ObjectNode turn = JSON.createObjectNode().put("role", role);
        content.forEach(part -> turn.withArray("content").add(part.deepCopy()));
        return turn;
    }

    // Streams

    /** What a stream says, block by block: its kind, and the pieces that it comes in. */
    record Said(String kind, List<String> pieces) {}

    @Property(tries = 500)
    void anyLegalStreamIsALegalMessage(@ForAll("streams") List<Said> said, @ForAll Random random) {
        byte[] bytes = bytes(said, random);
        Converse decoded = Converse.stream(bytes, at -> 1 + random.nextInt(300));
        assertEquals(expected(said), EventGrammar.whole(decoded.events()).blocks());
    }

    @Tag("case-7")
    @Property(tries = 500)
    void whatIsCutOffIsNeverAWholeMessage(@ForAll("streams") List<Said> said, @ForAll Random random) {
        byte[] bytes = bytes(said, random);
        int end = random.nextInt(bytes.length - LAST.length);
        Converse cut = Converse.stream(Arrays.copyOf(bytes, end), at -> 1 + random.nextInt(300));
        assertNotNull(cut.failure());
        assertTrue(cut.events().stream().noneMatch(MessageDelta.class::isInstance));
    }

    @Property(tries = 1_000)
    void whatIsDamagedIsRefusedOrWhole(@ForAll("streams") List<Said> said, @ForAll Random random) {
        byte[] bytes = bytes(said, random);
        for (int i = 0; i < 1 + random.nextInt(3); i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        List<MessageEvent> events = Converse.stream(bytes, at -> 1 + random.nextInt(300)).events();
        assertTrue(events.size() < 10_000);
    }

    private static final byte[] LAST = frames("messageStop {\"stopReason\":\"end_turn\"}",
            "metadata {\"usage\":{\"inputTokens\":1,\"outputTokens\":2}}");

    private static byte[] frames(String... lines) {
        return AwsFrames.stream(String.join("\n", lines));
    }

    private static byte[] bytes(List<Said> said, Random random) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(frames("messageStart {\"role\":\"assistant\"}"));
        for (int i = 0; i < said.size(); i++) {
            String at = "{\"contentBlockIndex\":" + i;
            Said block = said.get(i);
            if (block.kind.equals("tool")) {
                bytes.writeBytes(
                        frames("contentBlockStart " + at + ",\"start\":{\"toolUse\":{\"name\":\"f\",\"toolUseId\":\"t"
                                + i + "\"}}}"));
            }
            for (String piece : block.pieces) {
                String text = JSON.getNodeFactory().textNode(piece).toString();
                String delta = switch (block.kind) {
                    case "tool" -> "{\"toolUse\":{\"input\":" + text + "}}";
                    case "thinking" -> "{\"reasoningContent\":{\"text\":" + text + "}}";
                    default -> "{\"text\":" + text + "}";
                };
                bytes.writeBytes(frames("contentBlockDelta " + at + ",\"delta\":" + delta + ",\"p\":\""
                        + "abcdefghijklmnop".substring(random.nextInt(16)) + "\"}"));
            }
            if (block.kind.equals("thinking")) {
                bytes.writeBytes(frames("contentBlockDelta " + at
                        + ",\"delta\":{\"reasoningContent\":{\"signature\":\"sig\"}}}"));
            }
            bytes.writeBytes(frames("contentBlockStop " + at + "}"));
        }
        bytes.writeBytes(LAST);
        return bytes.toByteArray();
    }

    private static List<Block> expected(List<Said> said) {
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < said.size(); i++) {
            String all = String.join("", said.get(i).pieces);
            Block last = blocks.isEmpty() ? null : blocks.getLast();
            switch (said.get(i).kind) {
                case "tool" -> blocks.add(Block.tool("t" + i, "f", all.equals("{}") ? "" : all));
                // What is signed is told, if only the signature: the model wants it back.
                case "thinking" -> blocks.add(Block.thinking(all, "sig"));
                default -> {
                    if (last != null && last.type().equals("text") && !all.isEmpty()) {
                        // Blocks are how a stream is cut; two of text without anything between them are one.
                        blocks.set(blocks.size() - 1, Block.text(last.content() + all));
                    } else if (!all.isEmpty()) {
                        blocks.add(Block.text(all));
                    }
                }
            }
        }
        return blocks;
    }

    @Provide
    Arbitrary<List<Said>> streams() {
        Arbitrary<String> pieces = Arbitraries.strings().all().ofMaxLength(6).map(Text::wellFormed)
                .filter(text -> !text.contains("\n"));
        Arbitrary<Said> texts = pieces.list().ofMaxSize(4).map(list -> new Said("text", list));
        Arbitrary<Said> thoughts = pieces.list().ofMaxSize(4).map(list -> new Said("thinking", list));
        Arbitrary<Said> tools = Arbitraries.<List<String>>of(List.of(), List.of("{}"), List.of("{\"a\":", "1}"),
                List.of("{", "\"b\":\"}", "{\"}")).map(list -> new Said("tool", list));
        return Arbitraries.oneOf(texts, thoughts, tools).list().ofMaxSize(6);
    }
}
