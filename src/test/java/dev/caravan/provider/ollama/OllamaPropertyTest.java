package dev.caravan.provider.ollama;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiException;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.MessageJson;
import dev.caravan.message.Usage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;

/** What holds for any reply of Ollama, legal, cut off or garbage. */
class OllamaPropertyTest {
    @Provide
    Arbitrary<List<String>> lines() {
        Arbitrary<String> text = Arbitraries.strings().withChars("aé你\\n {}[]:,").ofMaxLength(6)
                .map(value -> value.replace("\\", "\\\\"));
        Arbitrary<String> content = text.map(value -> OllamaStreamTest.line("\"content\":\"" + value + "\""));
        Arbitrary<String> thinking = text
                .map(value -> OllamaStreamTest.line("\"content\":\"\",\"thinking\":\"" + value + "\""));
        Arbitrary<String> call = Combinators.combine(text, Arbitraries.of("", "c", "d.e"))
                .as((value, id) -> OllamaStreamTest.line(
                        "\"tool_calls\":[{\"id\":\"" + id + "\",\"function\":{\"name\":\"f\",\"arguments\":{\"k\":\""
                                + value
                                + "\"}}}]"));
        return Arbitraries.oneOf(content, thinking, call).list().ofMaxSize(12);
    }

    @Property(tries = 300)
    void anyLegalReplyIsALegalMessage(@ForAll("lines") List<String> lines) {
        OllamaStreamTest.Decoded decoded = OllamaStreamTest.decode(
                List.of((String.join("", lines) + OllamaStreamTest.done("stop")).getBytes(StandardCharsets.UTF_8)));
        assertNull(decoded.failure());
        assertTrue(decoded.events().endsWith("\nstop"));
    }

    @Tag("case-7")
    @Property(tries = 300)
    void aReplyThatIsCutOffAnywhereIsAnError(@ForAll("lines") List<String> lines, @ForAll int where) {
        byte[] whole = (String.join("", lines) + OllamaStreamTest.done("stop").strip())
                .getBytes(StandardCharsets.UTF_8);
        byte[] cut = Arrays.copyOf(whole, Math.floorMod(where, whole.length));
        assertNotNull(OllamaStreamTest.decode(List.of(cut)).failure());
    }

    /** Whatever the bytes: events that keep the grammar and can be written, or an {@link ApiException}. */
    @Property(tries = 2000)
    void brokenLines(@ForAll("lines") List<String> lines, @ForAll Random random) {
        List<MessageEvent> events = new ArrayList<>();
        OllamaResponseDecoder decoder = new OllamaResponseDecoder(events::add,
                new MessageStart("msg_1", "m", Usage.of(1, 1)));
        try {
            for (String line : lines) {
                byte[] bytes = line.strip().getBytes(StandardCharsets.UTF_8);
                if (random.nextInt(3) == 0) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }
                decoder.event("message", bytes, 0, bytes.length);
            }
            decoder.end();
            EventGrammar.check(events);
        } catch (ApiException e) {
            EventGrammar.checkCutOff(events);
        }
        events.forEach(MessageJson::data);
    }
}
