package dev.caravan.provider.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Any stream that Anthropic may send arrives as it was sent, whatever its events hold and however they are cut. */
class AnthropicStreamPropertyTest {
    private static final Arbitrary<String> TEXT = Arbitraries
            .of("a", "é", "你", "🎉", "\\n", "\\\"", "\\u00e9", "\\ud83c", "{",
                    "}", "data: ", "event: error", ":", "\u2028", "\\/")
            .list().ofMaxSize(8).map(parts -> String.join("", parts));
    private static final Arbitrary<String> PADDING = Arbitraries.strings().withChars(' ', '\t').ofMaxLength(6);
    private static final Arbitrary<String> EXTRA = Arbitraries.of("", ",\"new\":[1.0,1e3,-0,{\"a\":null}]",
            ",\"n\":123456789012345678901234567890");

    private static Arbitrary<String> event(String name, Arbitrary<String> fields) {
        return Combinators.combine(Arbitraries.of("\"type\":\"", "\"type\" : \""), fields, EXTRA, PADDING)
                .as((type, rest, extra, padding) -> Passed.frame(name,
                        "{" + type + name + "\"" + rest + extra + padding + "}"));
    }

    private static Arbitrary<String> just(String text) {
        return Arbitraries.just(text);
    }

    private static Arbitrary<String> delta(int index, String type, String field) {
        return event("content_block_delta", TEXT.map(text -> ",\"index\":" + index + ",\"delta\":{\"type\":\"" + type
                + "\",\"" + field + "\":\"" + text + "\"}"));
    }

    private static Arbitrary<String> between() {
        return Arbitraries.oneOf(just(""), just(""), event("ping", just("")), event("from_the_future", just("")));
    }

    private static Arbitrary<String> block(int index) {
        return Arbitraries.of("text", "thinking", "tool_use", "server_tool_use", "redacted_thinking", "news")
                .flatMap(type -> {
                    Arbitrary<String> start = event("content_block_start", TEXT.map(text -> ",\"index\":" + index
                            + ",\"content_block\":{\"type\":\"" + type + "\",\"data\":\"" + text + "\"}"));
                    Arbitrary<String> delta = switch (type) {
                        case "text" -> delta(index, "text_delta", "text");
                        case "thinking" -> Arbitraries.oneOf(delta(index, "thinking_delta", "thinking"),
                                delta(index, "signature_delta", "signature"));
                        case "redacted_thinking" -> just("");
                        case "news" -> delta(index, "news_delta", "news");
                        default -> delta(index, "input_json_delta", "partial_json");
                    };
                    Arbitrary<String> deltas = Combinators.combine(delta, between()).as(String::concat).list()
                            .ofMaxSize(4).map(all -> String.join("", all));
                    return Combinators.combine(start, between(), deltas,
                            event("content_block_stop", just(",\"index\":" + index)))
                            .as((first, ping, all, last) -> first + ping + all + last);
                });
    }

    @Provide
    Arbitrary<String> streams() {
        Arbitrary<String> blocks = Arbitraries.integers().between(0, 3).flatMap(count -> {
            List<Arbitrary<String>> all = IntStream.range(0, count)
                    .mapToObj(AnthropicStreamPropertyTest::block).toList();
            return all.isEmpty() ? just("") : Combinators.combine(all).as(list -> String.join("", list));
        });
        return Combinators
                .combine(event("message_start", TEXT.map(id -> ",\"message\":{\"id\":\"" + id + "\"}")), blocks,
                        event("message_delta",
                                just(",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":1}")),
                        event("message_stop", just("")))
                .as((start, all, delta, stop) -> start + all + delta + stop);
    }

    @Property(tries = 400)
    void everyEventKeepsItsBytes(@ForAll("streams") String stream, @ForAll Random random) {
        byte[] bytes = stream.getBytes(UTF_8);
        Passed.CHUNKINGS.forEach(sizes -> assertEquals(new Passed(stream, null), Passed.of(bytes, sizes)));
        assertEquals(new Passed(stream, null), Passed.of(bytes, at -> 1 + random.nextInt(40)));
    }

    @Property(tries = 20)
    void everyPlaceIsOneToCutAt(@ForAll("streams") String stream) {
        byte[] bytes = stream.getBytes(UTF_8);
        for (int cut = 1; cut < bytes.length; cut++) {
            assertEquals(new Passed(stream, null), Passed.of(bytes, Passed.cutAt(cut)));
        }
    }
}
