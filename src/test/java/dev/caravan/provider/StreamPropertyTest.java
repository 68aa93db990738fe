package dev.caravan.provider;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.EventGrammar.Block;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageJson;
import dev.caravan.message.Text;
import dev.caravan.provider.Wire.Said;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * The stream of any dialect, whatever a model says in it: a legal one becomes a message that says the same, one that is not legal
 * becomes one failure behind what came before it, and never a message.
 */
class StreamPropertyTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Provide
    Arbitrary<List<Said>> scripts() {
        Arbitrary<String> piece = Arbitraries.oneOf(Arbitraries.strings().all().ofMaxLength(5).map(Text::wellFormed),
                Arbitraries.of("", " ", "\n\n", "\u2028", "data: x", "[DONE]", "🎉", "\"}{\\"));
        Arbitrary<Said> said = piece.list().ofMaxSize(4).flatMap(pieces -> Arbitraries.of("text", "text", "thinking")
                .map(kind -> new Said(kind, pieces)));
        Arbitrary<Said> call = Arbitraries.<List<String>>of(List.of("{}"), List.of("{\"a\":", "[1.5,null]}"),
                List.of("{", "\"ü\":\"}", "{ \\u2028\"}")).map(pieces -> new Said("tool", pieces));
        return Arbitraries.oneOf(said, said, call).list().ofMaxSize(6);
    }

    private static AnyReply read(Wire wire, byte[] bytes, IntSupplier sizes) {
        AnyReply reply = AnyReply.read(bytes, sizes, wire.reading(), wire.decoder());
        if (reply.failure() == null) {
            EventGrammar.check(reply.events());
        } else {
            EventGrammar.checkCutOff(reply.events());
        }
        return reply;
    }

    private static AnyReply read(Wire wire, byte[] bytes) {
        return read(wire, bytes, () -> Integer.MAX_VALUE);
    }

    private static byte[] join(List<byte[]> events) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        events.forEach(bytes::writeBytes);
        return bytes.toByteArray();
    }

    private static List<byte[]> events(Wire wire, List<Said> script) {
        return wire.events(script, wire.finish(called(script)));
    }

    private static boolean called(List<Said> script) {
        return script.stream().anyMatch(said -> said.kind().equals("tool"));
    }

    @Property(tries = 1_000)
    void aLegalStreamSaysWhatWasSaid(@ForAll Wire wire, @ForAll("scripts") List<Said> script, @ForAll Random random) {
        byte[] bytes = join(events(wire, script));
        AnyReply reply = read(wire, bytes);
        assertNull(reply.failure(), reply::text);
        EventGrammar.Said told = EventGrammar.whole(reply.events());
        assertEquals(called(script) ? "tool_use" : "end_turn", told.stopReason());
        for (String kind : List.of("text", "thinking")) {
            assertEquals(joined(script, kind), joined(told, kind));
        }
        assertEquals(script.stream().filter(said -> said.kind().equals("tool")).map(said -> json(said.all())).toList(),
                told.blocks().stream().filter(block -> block.type().equals("tool_use"))
                        .map(block -> json(block.content().isEmpty() ? "{}" : block.content())).toList());
        assertEquals(texts(reply), texts(read(wire, bytes, () -> 1)));
        assertEquals(texts(reply), texts(read(wire, bytes, () -> 1 + random.nextInt(60))));
    }

    /** Few of them, since each has hundreds of places. */
    @Property(tries = 12)
    void everyPlaceIsOneToCutAt(@ForAll Wire wire, @ForAll("scripts") List<Said> script) {
        byte[] bytes = join(events(wire, script));
        String whole = texts(read(wire, bytes));
        for (int cut = 1; cut < bytes.length; cut++) {
            int[] sizes = {cut, bytes.length};
            int[] next = {0};
            assertEquals(whole, texts(read(wire, bytes, () -> sizes[Math.min(1, next[0]++)])));
        }
    }

    @Property(tries = 1_000)
    void whatBreaksOffIsNoMessage(@ForAll Wire wire, @ForAll("scripts") List<Said> script, @ForAll Random random) {
        List<byte[]> events = events(wire, script);
        byte[] bytes = join(events);
        int last = bytes.length - events.getLast().length;
        int inLast = new String(events.getLast(), ISO_8859_1).lastIndexOf('}');
        boolean frames = wire == Wire.CONVERSE || wire == Wire.INVOKE;
        int end = random.nextInt(frames ? bytes.length : last + inLast + 1);
        boolean lineOfAProcess = wire == Wire.EXEC
                && (end == 0 || bytes[end - 1] == '\n' || end < bytes.length && bytes[end] == '\n');
        if (lineOfAProcess) {
            return; // a process may end behind any line; that it should not have is told by its exit code
        }
        fails(wire, Arrays.copyOf(bytes, end), script);
    }

    @Property(tries = 500)
    void garbageIsNoPartOfAMessage(@ForAll Wire wire, @ForAll("scripts") List<Said> script, @ForAll Random random) {
        List<byte[]> events = new ArrayList<>(events(wire, script));
        events.add(random.nextInt(events.size()), wire.garbage());
        fails(wire, join(events), script);
    }

    /** Those that other dialects take for a common end, since servers have words of their own for it, are in docs/translation.md. */
    @Property(tries = 200)
    void anUnknownEndIsAFailureWhereTheEndsAreAllKnown(@ForAll("scripts") List<Said> script, @ForAll boolean gemini) {
        Wire wire = gemini ? Wire.GEMINI : Wire.EXEC;
        fails(wire, join(wire.events(script, "UNHEARD_OF")), script);
    }

    private static void fails(Wire wire, byte[] bytes, List<Said> script) {
        AnyReply reply = read(wire, bytes);
        assertNotNull(reply.failure(), () -> wire + " is whole: " + reply.text());
        assertTrue(reply.events().stream().map(MessageJson::name).noneMatch("message_stop"::equals), reply::text);
        EventGrammar.Said told = EventGrammar.partial(reply.events());
        for (String kind : List.of("text", "thinking")) {
            assertTrue(joined(script, kind).startsWith(joined(told, kind)), reply::text);
        }
    }

    private static String joined(List<Said> script, String kind) {
        return script.stream().filter(said -> said.kind().equals(kind)).map(Said::all).collect(Collectors.joining());
    }

    private static String joined(EventGrammar.Said told, String kind) {
        return told.blocks().stream().filter(block -> block.type().equals(kind)).map(Block::content)
                .collect(Collectors.joining());
    }

    /** All that the client gets, without ids that are made by chance. */
    private static String texts(AnyReply reply) {
        StringBuilder text = new StringBuilder();
        for (MessageEvent event : reply.events()) {
            text.append(new String(MessageJson.data(event), UTF_8)).append('\n');
        }
        return text.toString().replaceAll("toolu_\\w{24}|msg_\\w{20,}", "id") + reply.failure();
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }
}
