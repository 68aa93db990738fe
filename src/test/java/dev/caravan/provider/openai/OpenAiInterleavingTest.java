package dev.caravan.provider.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.ContentBlockDelta;
import dev.caravan.message.MessageEvent.ContentBlockStart;
import dev.caravan.message.MessageEvent.InputJsonDelta;
import dev.caravan.message.MessageEvent.TextDelta;
import dev.caravan.message.MessageEvent.ThinkingDelta;
import dev.caravan.message.MessageEvent.ToolUseBlock;
import dev.caravan.message.MessageJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;

/** However a provider mixes text, reasoning and the fragments of its calls: the grammar holds and nothing is lost. */
@Tag("case-1")
class OpenAiInterleavingTest {
    /** What the model said: several calls at once, with text and reasoning around and between. */
    record Script(List<String> arguments, List<String> texts, List<String> thoughts, long seed) {}

    @Property(tries = 500)
    void nothingIsLostAndTheGrammarHolds(@ForAll("scripts") Script script) {
        Random random = new Random(script.seed);
        List<List<String>> queues = new ArrayList<>();
        List<String> firstSeen = new ArrayList<>();
        for (int call = 0; call < script.arguments.size(); call++) {
            queues.add(fragments(call, script.arguments.get(call), random));
        }
        queues.add(new ArrayList<>(script.texts.stream().map(text -> "D {\"content\":" + json(text) + "}").toList()));
        queues.add(new ArrayList<>(
                script.thoughts.stream().map(thought -> "D {\"reasoning_content\":" + json(thought) + "}").toList()));
        StringBuilder lines = new StringBuilder("D {\"role\":\"assistant\",\"content\":\"\"}\n");
        queues.removeIf(List::isEmpty);
        while (!queues.isEmpty()) {
            List<String> queue = queues.get(random.nextInt(queues.size()));
            String line = queue.removeFirst();
            if (line.contains("\"id\":\"call_")) {
                firstSeen.add(line.replaceAll(".*\"id\":\"(call_\\d+)\".*", "$1"));
            }
            lines.append(line).append('\n');
            queues.removeIf(List::isEmpty);
        }
        Decoded decoded = Decoded.stream(lines + "F tool_calls\n[DONE]");
        assertNull(decoded.failure());

        StringBuilder text = new StringBuilder();
        StringBuilder thinking = new StringBuilder();
        Map<String, StringBuilder> inputs = new LinkedHashMap<>();
        StringBuilder input = null;
        for (MessageEvent event : decoded.events()) {
            if (event instanceof ContentBlockStart start && start.block() instanceof ToolUseBlock tool) {
                assertEquals("tool_" + tool.id().substring("call_".length()), tool.name());
                input = new StringBuilder();
                inputs.put(tool.id(), input);
            } else if (event instanceof ContentBlockDelta delta) {
                switch (delta.delta()) {
                    case TextDelta more -> text.append(more.text());
                    case ThinkingDelta more -> thinking.append(more.thinking());
                    case InputJsonDelta more -> input.append(more.partialJson());
                    default -> {
                    }
                }
            }
        }
        assertEquals(String.join("", script.texts), text.toString());
        assertEquals(String.join("", script.thoughts), thinking.toString());
        assertEquals(firstSeen, List.copyOf(inputs.keySet()));
        for (int call = 0; call < script.arguments.size(); call++) {
            assertEquals(script.arguments.get(call), inputs.get("call_" + call).toString());
        }
    }

    /** A call's chunks: the arguments cut anywhere, id and name in the first, the number from 1 on with gaps. */
    private static List<String> fragments(int call, String arguments, Random random) {
        List<String> lines = new ArrayList<>();
        String head = "D {\"tool_calls\":[{\"index\":" + (1 + 2 * call);
        int cut = random.nextInt(arguments.length() + 1);
        lines.add(head + ",\"id\":\"call_" + call + "\",\"type\":\"function\",\"function\":{\"name\":\"tool_" + call
                + "\",\"arguments\":" + json(arguments.substring(0, cut)) + "}}]}");
        while (cut < arguments.length()) {
            int next = cut + 1 + random.nextInt(Math.min(7, arguments.length() - cut));
            lines.add(head + ",\"function\":{\"arguments\":" + json(arguments.substring(cut, next)) + "}}]}");
            cut = next;
        }
        if (random.nextBoolean()) {
            lines.add(head + ",\"id\":\"\",\"function\":{\"name\":\"\",\"arguments\":\"\"}}]}");
        }
        return lines;
    }

    /** A JSON string, with escapes beyond ASCII, so that a cut may fall between the halves of a surrogate pair. */
    private static String json(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                json.append("\\u%04x".formatted((int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }

    @Provide
    Arbitrary<Script> scripts() {
        Arbitrary<String> words = Arbitraries.strings().withChars("ab{}[]\"\\:, \n").withChars('é', '漢')
                .ofMinLength(0).ofMaxLength(12);
        Arbitrary<String> emoji = Arbitraries.of("", "🎉", "}🐫{");
        Arbitrary<String> text = Combinators.combine(words, emoji).as((a, b) -> a + b);
        Arbitrary<String> value = text.map(s -> new String(MessageJson.quoted(s), StandardCharsets.UTF_8));
        Arbitrary<String> object = value.list().ofMinSize(1).ofMaxSize(3).map(values -> {
            StringBuilder json = new StringBuilder("{");
            for (int i = 0; i < values.size(); i++) {
                json.append(i == 0 ? "" : ", ").append("\"k").append(i).append("\": [").append(values.get(i))
                        .append("]");
            }
            return json.append("}").toString();
        });
        return Combinators.combine(object.list().ofMinSize(1).ofMaxSize(4), text.list().ofMaxSize(5),
                text.list().ofMaxSize(3), Arbitraries.longs()).as(Script::new);
    }
}
