package dev.caravan.provider.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;

/** Whatever the conversation: what the provider gets keeps the rules that strict servers have. */
class ConversationPropertyTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> STRICT = List.of("mistral", "vllm", "llama-cpp", "lm-studio", "mlx-lm-server");
    /** Compiled once: a preset reads a file. */
    private static final List<OpenAiRequestEncoder> ENCODERS = PresetRequestsTest.presets().stream()
            .map(PresetRequestsTest::preset).toList();

    private static Arbitrary<String> text() {
        return Arbitraries.of("{\"type\":\"text\",\"text\":\"hello\"}", "{\"type\":\"text\",\"text\":\"\"}",
                "{\"type\":\"document\",\"title\":\"T\",\"source\":{\"type\":\"text\",\"media_type\":\"text/plain\",\"data\":\"d\"}}");
    }

    private static Arbitrary<String> result() {
        return Arbitraries.integers().between(0, 5).map(id -> "{\"type\":\"tool_result\",\"tool_use_id\":\"toolu_" + id
                + "\",\"content\":\"r" + id + "\",\"is_error\":" + (id == 3) + "}");
    }

    @Provide
    Arbitrary<List<String>> turns() {
        Arbitrary<String> user = Arbitraries.oneOf(text(), result()).list().ofMaxSize(4)
                .map(blocks -> "{\"role\":\"user\",\"content\":[" + String.join(",", blocks) + "]}");
        Arbitrary<String> system = Arbitraries.of("{\"role\":\"system\",\"content\":\"news\"}");
        Arbitrary<String> assistant = Arbitraries.integers().between(0, 5).set().ofMaxSize(3)
                .map(ids -> "{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"t\",\"signature\":\"\"},{\"type\":\"text\",\"text\":\"a\"}"
                        + String.join("", ids.stream().map(id -> ",{\"type\":\"tool_use\",\"id\":\"toolu_" + id
                                + "\",\"name\":\"f\",\"input\":{\"n\":" + id + "}}").toList())
                        + "]}");
        return Arbitraries.frequencyOf(net.jqwik.api.Tuple.of(4, user), net.jqwik.api.Tuple.of(3, assistant),
                net.jqwik.api.Tuple.of(1, system)).list().ofMinSize(1).ofMaxSize(8)
                .map(ConversationPropertyTest::apart);
    }

    /** Turns of the assistant that follow each other would call twice under one id. */
    private static List<String> apart(List<String> turns) {
        List<String> apart = new ArrayList<>();
        for (String turn : turns) {
            if (!apart.isEmpty() && turn.contains("assistant") && apart.getLast().contains("assistant")) {
                apart.add("{\"role\":\"user\",\"content\":\"and\"}");
            }
            apart.add(turn);
        }
        return apart;
    }

    @Tag("case-9")
    @Property(tries = 500)
    void everyCallIsAnsweredOnceAndAtOnce(@ForAll("turns") List<String> turns, @ForAll("preset") int preset)
            throws JsonProcessingException {
        JsonNode messages = JSON.readTree(Encoded.messages("[" + String.join(",", turns) + "]", ENCODERS.get(preset)));
        Set<String> open = new LinkedHashSet<>();
        for (JsonNode message : messages) {
            String role = message.path("role").asText();
            if (role.equals("tool")) {
                assertTrue(open.remove(message.path("tool_call_id").asText()), messages.toString());
            } else {
                assertEquals(Set.of(), open, messages.toString());
            }
            message.path("tool_calls").forEach(call -> open.add(call.path("id").asText()));
            assertTrue(message.has("content"), messages.toString());
        }
        assertEquals(Set.of(), open, messages.toString());
        if (STRICT.contains(PresetRequestsTest.presets().get(preset))) {
            strict(messages);
        }
    }

    private static void strict(JsonNode messages) {
        String before = "";
        for (JsonNode message : messages) {
            String role = message.path("role").asText();
            assertFalse(role.equals("system"), messages.toString());
            assertFalse(role.equals("user") && (before.equals("user") || before.equals("tool")), messages.toString());
            assertFalse(role.equals("assistant") && before.equals("assistant"), messages.toString());
            assertTrue(message.path("content").isTextual(), messages.toString());
            before = role;
        }
    }

    @Tag("case-11")
    @Property(tries = 300)
    void whatWasSentBeforeStaysAsItWas(@ForAll("turns") List<String> turns, @ForAll("preset") int preset) {
        String whole = Encoded.messages("[" + String.join(",", turns) + "]", ENCODERS.get(preset));
        for (int end = 1; end < turns.size(); end++) {
            if (turns.get(end).contains("assistant")) {
                String before = Encoded.messages("[" + String.join(",", turns.subList(0, end)) + "]",
                        ENCODERS.get(preset));
                String prefix = before.substring(0, before.length() - 1);
                assertTrue(whole.startsWith(prefix), () -> prefix + "\n" + whole);
            }
        }
    }

    @Provide
    Arbitrary<Integer> preset() {
        return Arbitraries.integers().between(0, ENCODERS.size() - 1);
    }
}
