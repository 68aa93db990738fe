package dev.caravan.chatcompletions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.message.MessageAccumulator;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.ContentBlockDelta;
import dev.caravan.message.MessageEvent.ContentBlockStart;
import dev.caravan.message.MessageEvent.ContentBlockStop;
import dev.caravan.message.MessageEvent.Delta;
import dev.caravan.message.MessageEvent.InputJsonDelta;
import dev.caravan.message.MessageEvent.MessageDelta;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.MessageEvent.MessageStop;
import dev.caravan.message.MessageEvent.OutputBlock;
import dev.caravan.message.MessageEvent.RawEvent;
import dev.caravan.message.MessageEvent.TextBlock;
import dev.caravan.message.MessageEvent.TextDelta;
import dev.caravan.message.MessageEvent.ThinkingBlock;
import dev.caravan.message.MessageEvent.ThinkingDelta;
import dev.caravan.message.MessageEvent.ToolUseBlock;
import dev.caravan.message.MessageJson;
import dev.caravan.message.StopReason;
import dev.caravan.message.Text;
import dev.caravan.message.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A client that puts the chunks of a message together has what another one gets that does not stream. */
class StreamAndWholePropertyTest {
    private static final long CREATED = 1;

    /** A block as a model makes it, in pieces. */
    record Piecewise(OutputBlock block, List<Delta> deltas) {}

    @Provide
    Arbitrary<List<Piecewise>> blocks() {
        Arbitrary<String> piece = Arbitraries.strings().ofMaxLength(4).map(text -> text.isEmpty() ? "e" : text)
                .map(Text::wellFormed);
        Arbitrary<Piecewise> text = piece.list().ofMaxSize(4).map(
                pieces -> new Piecewise(new TextBlock(), pieces.stream().map(p -> (Delta) new TextDelta(p)).toList()));
        Arbitrary<Piecewise> thinking = piece.list().ofMaxSize(4).map(pieces -> new Piecewise(new ThinkingBlock(),
                pieces.stream().map(p -> (Delta) new ThinkingDelta(p)).toList()));
        Arbitrary<Piecewise> call = Arbitraries.of("", "{}", "{\"a\":1}", "{\"a\":{\"b\":[1.50,null,\"ü\"]}}", "{\"cut")
                .flatMap(input -> Arbitraries.integers().between(0, input.length()).map(cut -> {
                    List<Delta> deltas = List.of(new InputJsonDelta(input.substring(0, cut)),
                            new InputJsonDelta(input.substring(cut)));
                    return new Piecewise(new ToolUseBlock("call_" + input.length() + "_" + cut, "f"), deltas);
                }));
        return Arbitraries.oneOf(text, thinking, call).list().ofMaxSize(6);
    }

    private static List<MessageEvent> events(List<Piecewise> blocks, StopReason reason) {
        List<MessageEvent> events = new ArrayList<>();
        events.add(new MessageStart("msg_1", "m", Usage.of(5, 1)));
        for (int i = 0; i < blocks.size(); i++) {
            int index = i;
            events.add(new ContentBlockStart(i, blocks.get(i).block));
            blocks.get(i).deltas.forEach(delta -> events.add(new ContentBlockDelta(index, delta)));
            events.add(new ContentBlockStop(i));
        }
        events.add(new MessageDelta(reason, null, new Usage(5, 0, 2, 9)));
        events.add(new MessageStop());
        return events;
    }

    @Property(tries = 300)
    void sayTheSame(@ForAll("blocks") List<Piecewise> blocks, @ForAll StopReason reason)
            throws JsonProcessingException {
        List<MessageEvent> events = events(blocks, reason);
        MessageAccumulator message = new MessageAccumulator();
        events.forEach(message::add);
        JsonNode whole = JsonField.JSON
                .readTree(new String(CompletionEncoder.encode(message.json(), false, CREATED), UTF_8));
        Gathered translated = gathered(events);
        translated.assertTells(whole);
        List<MessageEvent> raw = new ArrayList<>();
        events.forEach(event -> raw.add(new RawEvent(MessageJson.name(event), MessageJson.data(event))));
        gathered(raw).assertTells(whole);
    }

    private static Gathered gathered(List<MessageEvent> events) throws JsonProcessingException {
        ChunkEncoder encoder = new ChunkEncoder(true, false, CREATED);
        StringBuilder frames = new StringBuilder();
        for (MessageEvent event : events) {
            frames.append(new String(encoder.encode(event).bytes(), UTF_8));
        }
        Gathered gathered = new Gathered();
        for (String frame : frames.toString().split("\n\n")) {
            assertTrue(frame.startsWith("data: ") && frame.indexOf('\n') < 0, frame);
            gathered.add(frame.substring("data: ".length()));
        }
        return gathered;
    }

    /** What a client keeps of the chunks. */
    private static final class Gathered {
        private final StringBuilder content = new StringBuilder();
        private final StringBuilder reasoning = new StringBuilder();
        private final Map<Integer, String> ids = new TreeMap<>();
        private final Map<Integer, StringBuilder> arguments = new TreeMap<>();
        private String finishReason;
        private JsonNode usage;
        private boolean done;

        void add(String data) throws JsonProcessingException {
            assertFalse(done, "nothing follows the end");
            done = data.equals("[DONE]");
            if (done) {
                return;
            }
            JsonNode chunk = JsonField.JSON.readTree(data);
            if (chunk.path("usage").isObject()) {
                usage = chunk.path("usage");
            }
            for (JsonNode choice : chunk.path("choices")) {
                JsonNode delta = choice.path("delta");
                content.append(delta.path("content").asText(""));
                reasoning.append(delta.path("reasoning_content").asText(""));
                for (JsonNode call : delta.path("tool_calls")) {
                    int index = call.path("index").asInt(-1);
                    if (call.has("id")) {
                        assertEquals(ids.size(), index);
                        ids.put(index, call.path("id").asText());
                        arguments.put(index, new StringBuilder());
                    }
                    arguments.get(index).append(call.at("/function/arguments").asText());
                }
                if (choice.path("finish_reason").isTextual()) {
                    finishReason = choice.path("finish_reason").asText();
                }
            }
        }

        void assertTells(JsonNode completion) {
            JsonNode choice = completion.path("choices").path(0);
            JsonNode message = choice.path("message");
            assertTrue(done);
            assertEquals(message.path("content").asText(""), content.toString());
            assertEquals(message.path("reasoning_content").asText(""), reasoning.toString());
            assertEquals(choice.path("finish_reason").asText(), finishReason);
            assertEquals(completion.path("usage"), usage);
            assertEquals(message.path("tool_calls").findValuesAsText("id"), List.copyOf(ids.values()));
            List<String> all = arguments.values().stream().map(StringBuilder::toString).toList();
            assertEquals(message.path("tool_calls").findValuesAsText("arguments"), all);
        }
    }
}
