package dev.caravan.provider.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.message.ApiVersion;
import dev.caravan.message.RequestDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Any request that is accepted reaches Anthropic byte for byte, in whatever way it is written: only the model's name, reasoning
 * that Anthropic has not signed and, in an upgraded request, the sampling parameters differ.
 */
class AnthropicRequestPropertyTest {
    private static final Set<String> SAMPLING = Set.of("temperature", "top_p", "top_k");

    /** A piece of a request, as the client writes it and as the upstream gets it; no {@code sent} means that it is left out. */
    record Piece(String written, String sent) {
        static Piece same(String text) {
            return new Piece(text, text);
        }

        Piece around(String before, String after) {
            return new Piece(before + written + after, sent == null ? null : before + sent + after);
        }
    }

    /** A member of an object or array with what separates it from the one before. */
    record Member(String comma, Piece piece) {}

    /** Members as they are written, and those that are sent, each behind its own comma unless it is the first. */
    private static Piece list(char open, String space, List<Member> members, char close) {
        StringBuilder written = new StringBuilder().append(open).append(space);
        StringBuilder sent = new StringBuilder().append(open).append(space);
        int count = 0;
        for (int i = 0; i < members.size(); i++) {
            Member member = members.get(i);
            written.append(i == 0 ? "" : member.comma).append(member.piece.written);
            if (member.piece.sent != null) {
                sent.append(count++ == 0 ? "" : member.comma).append(member.piece.sent);
            }
        }
        boolean emptied = count == 0 && !members.isEmpty();
        return new Piece(written.append(close).toString(), emptied ? null : sent.append(close).toString());
    }

    private static final Arbitrary<String> SPACE = Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(6, Arbitraries.just("")),
            net.jqwik.api.Tuple.of(1, Arbitraries.strings().withChars(' ', '\t', '\r', '\n').ofMaxLength(3)));
    private static final Arbitrary<String> COMMA = Combinators.combine(SPACE, SPACE).as((a, b) -> a + "," + b);
    private static final Arbitrary<String> COLON = Combinators.combine(SPACE, SPACE).as((a, b) -> a + ":" + b);
    private static final Arbitrary<String> CHARACTERS = Arbitraries.of("a", "Z", " ", "é", "你", "😀", "\\n", "\\\"",
            "\\\\",
            "\\/", "\\u00e9", "\\u0000", "\\ud83d\\ude00", "caravan:", "{", "]", ",", "\u2028", "\\t", "thinking", "'");
    private static final Arbitrary<String> STRING = CHARACTERS.list().ofMaxSize(6)
            .map(all -> "\"" + String.join("", all) + "\"");
    private static final Arbitrary<String> NUMBER = Arbitraries.of("0", "-0", "1.0", "1e3", "1E+3", "1.50e-7", "-12",
            "123456789012345678901234567890", "1e400", "0.1000000000000000055511151231257827");

    private static Arbitrary<String> value() {
        Arbitrary<String> leaf = Arbitraries.oneOf(STRING, NUMBER, Arbitraries.of("true", "false", "null"));
        return Arbitraries.recursive(() -> leaf, inner -> {
            Arbitrary<String> field = Combinators.combine(STRING, COLON, inner).as((a, b, c) -> a + b + c);
            return Arbitraries.oneOf(leaf, members('[', inner, ']'), members('{', field, '}'));
        }, 0, 3);
    }

    private static Arbitrary<String> members(char open, Arbitrary<String> member, char close) {
        return Combinators.combine(SPACE, Combinators.combine(COMMA, member).as((c, m) -> new Member(c, Piece.same(m)))
                .list().ofMaxSize(3), SPACE)
                .as((space, all, end) -> list(open, space, all, ' ').written.strip() + end + close);
    }

    private static Arbitrary<Piece> field(String name, Arbitrary<Piece> value) {
        Arbitrary<String> spelled = Arbitraries.of(name,
                String.format("\\u%04x", (int) name.charAt(0)) + name.substring(1));
        return Combinators.combine(spelled, COLON, value)
                .as((spelling, colon, piece) -> piece.around("\"" + spelling + "\"" + colon, ""));
    }

    private static Arbitrary<Piece> same(String name, Arbitrary<String> value) {
        return field(name, value.map(Piece::same));
    }

    /** Fields that no one knows; the digit keeps them from being known. */
    private static Arbitrary<Piece> unknown() {
        return Combinators.combine(CHARACTERS.list().ofMaxSize(3), COLON, value())
                .as((name, colon, value) -> Piece.same("\"9" + String.join("", name) + "\"" + colon + value));
    }

    /** An object of these fields and unknown ones, in any order. */
    private static Arbitrary<Piece> object(List<Arbitrary<Piece>> known) {
        return Combinators
                .combine(Combinators.combine(known).as(ArrayList<Piece>::new), unknown().list().ofMaxSize(2), SPACE,
                        COMMA.list().ofSize(known.size() + 2), SPACE, Arbitraries.randoms())
                .as((fields, others, space, commas, end, random) -> {
                    fields.addAll(others);
                    java.util.Collections.shuffle(fields, random);
                    List<Member> members = new ArrayList<>();
                    for (int i = 0; i < fields.size(); i++) {
                        members.add(new Member(commas.get(i), fields.get(i)));
                    }
                    Piece whole = list('{', space, members, '}');
                    return new Piece(whole.written, whole.sent);
                });
    }

    private static Arbitrary<String> text(Arbitrary<Piece> object) {
        return object.map(Piece::written);
    }

    private static Arbitrary<Piece> sameBlock(String type, List<Arbitrary<Piece>> fields) {
        List<Arbitrary<Piece>> all = new ArrayList<>(fields);
        all.add(same("type", Arbitraries.just("\"" + type + "\"")));
        return object(all);
    }

    private static Arbitrary<Piece> assistantBlock() {
        Arbitrary<Piece> text = sameBlock("text", List.of(same("text", STRING)));
        Arbitrary<Piece> signed = sameBlock("thinking", List.of(same("thinking", STRING),
                same("signature", STRING.map(s -> "\"Eq" + s.substring(1)))));
        Arbitrary<Piece> foreign = sameBlock("thinking", List.of(same("thinking", STRING),
                same("signature",
                        Arbitraries.of("\"\"", "null", "\"caravan:\"", "\"caravan:openai\"", "\"\\u0063aravan:x\""))))
                .map(piece -> new Piece(piece.written, null));
        Arbitrary<Piece> redacted = sameBlock("redacted_thinking", List.of(same("data",
                STRING.map(s -> "\"Eq" + s.substring(1)))));
        Arbitrary<Piece> marked = sameBlock("redacted_thinking",
                List.of(same("data", Arbitraries.of("\"caravan:\"", "\"\\u0063aravan:bedrock:x\""))))
                .map(piece -> new Piece(piece.written, null));
        Arbitrary<Piece> tool = sameBlock("tool_use", List.of(same("id", STRING), same("name", STRING),
                same("input", text(object(List.of(same("content", value())))))));
        Arbitrary<Piece> news = sameBlock("from_the_future", List.of(same("content", value())));
        return Arbitraries.oneOf(text, signed, foreign, foreign, redacted, marked, tool, news);
    }

    private static Arbitrary<Piece> content(Arbitrary<Piece> block) {
        return Combinators.combine(SPACE, Combinators.combine(COMMA, block).as(Member::new).list().ofMaxSize(4))
                .as((space, blocks) -> list('[', space, blocks, ']'));
    }

    /** A message that has nothing but foreign reasoning is left out as a whole. */
    private static Arbitrary<Piece> message() {
        Arbitrary<Piece> user = object(List.of(same("role", Arbitraries.just("\"user\"")), same("content", STRING)));
        Arbitrary<Piece> assistant = content(assistantBlock()).flatMap(content -> object(List.of(
                same("role", Arbitraries.just("\"assistant\"")),
                field("content",
                        Arbitraries.just(new Piece(content.written, content.sent == null ? "" : content.sent)))))
                .map(piece -> content.sent == null ? new Piece(piece.written, null) : piece));
        return Arbitraries.oneOf(user, assistant);
    }

    private static Arbitrary<Piece> messages() {
        Arbitrary<Member> first = object(List.of(same("role", Arbitraries.just("\"user\"")), same("content", STRING)))
                .map(piece -> new Member("", piece));
        return Combinators
                .combine(SPACE, first, Combinators.combine(COMMA, message()).as(Member::new).list().ofMaxSize(5))
                .as((space, begin, others) -> {
                    List<Member> all = new ArrayList<>(others);
                    all.addFirst(begin);
                    return list('[', space, all, ']');
                });
    }

    @Provide
    Arbitrary<Piece> requests() {
        return request(false);
    }

    @Provide
    Arbitrary<Piece> upgraded() {
        return request(true);
    }

    private static Arbitrary<Piece> request(boolean upgraded) {
        Arbitrary<Piece> model = field("model", Arbitraries.of("\"alias\"", "\"al\\u0069as\"")
                .map(written -> new Piece(written, "\"claude-\\\"real\\\"\"")));
        Arbitrary<Piece> temperature = same("temperature", Arbitraries.of("0", "1.0", "5e-1", "null"))
                .map(piece -> new Piece(piece.written, upgraded ? null : piece.sent));
        Arbitrary<Piece> topK = same("top_k", Arbitraries.of("0", "40"))
                .map(piece -> new Piece(piece.written, upgraded ? null : piece.sent));
        return Combinators.combine(SPACE, object(List.of(model, same("max_tokens", Arbitraries.of("1", "4096")),
                field("messages", messages()), temperature, topK)), SPACE)
                .as((before, body, after) -> body.around(before, after));
    }

    @Property(tries = 1_500)
    void anyRequestKeepsItsBytes(@ForAll("requests") Piece request) {
        assertEquals(request.sent, encoded(request, Set.of()));
    }

    @Property(tries = 500)
    void anyUpgradedRequestLosesItsSamplingParametersOnly(@ForAll("upgraded") Piece request) {
        assertEquals(request.sent, encoded(request, SAMPLING));
    }

    private static String encoded(Piece request, Set<String> without) {
        byte[] body = request.written.getBytes(UTF_8);
        return new String(AnthropicRequestEncoder.encode(RequestDecoder.decode(body, ApiVersion.V2023_06_01),
                "claude-\"real\"", without), UTF_8);
    }
}
