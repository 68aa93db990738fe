package dev.caravan.sse;

import static dev.caravan.sse.SseTranscript.event;
import static dev.caravan.sse.SseTranscript.message;
import static dev.caravan.sse.SseTranscript.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.caravan.sse.SseTranscript.Event;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The clauses of the HTML Standard's event stream format, as tables of literal wire text. The behaviours are those that
 * the public suites agree on: web-platform-tests {@code eventsource/format-*}, LaunchDarkly's sse-contract-tests,
 * eventsource-parser, httpx-sse and the stream tests of the Anthropic and OpenAI SDKs. Each stream is parsed whole, in
 * two pieces cut at every byte, in pieces of one, two and three bytes, and cut at random.
 */
@Tag("case-21")
class SseConformanceTest {
    private static final String BOM = "\uFEFF";
    private static final String LONG = "x".repeat(2049);

    record Case(String name, String stream, List<Event> events) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case of(String name, String stream, Event... events) {
        return new Case(name, stream, List.of(events));
    }

    static Stream<Case> cases() {
        return Stream.of(byteOrderMark(), lineEnds(), comments(), data(), eventTypes(), ids(), retry(), otherFields(),
                endOfStream(), text(), standardExamples(), providers(), atEachLineEnd()).flatMap(s -> s);
    }

    private static Stream<Case> byteOrderMark() {
        return Stream.of(//
                of("a leading mark is removed", BOM + "data: one\n\n", message("one")),
                of("before a named event with an id", BOM + "event: e\nid: 7\ndata: one\n\n",
                        new Event("e", "one", "7")),
                of("before a comment", BOM + ":c\ndata: one\n\n", message("one")),
                of("before an empty data field", BOM + "data:\n\n", message("")),
                of("before a field without colon", BOM + "data\n\n", message("")),
                of("before data of two lines", BOM + "data: one\ndata: two\n\n", message("one\ntwo")),
                of("before a blank line", BOM + "\n\ndata: one\n\n", message("one")),
                of("only the stream's first: a later line with one is an unknown field",
                        BOM + "data:1\n\n" + BOM + "data:2\n\ndata:3\n\n", message("1"), message("3")),
                of("a second mark belongs to the field name", BOM + BOM + "data:1\n\ndata:2\n\ndata:3\n\n",
                        message("2"), message("3")),
                of("a mark inside data is data", "data: " + BOM + "one\n\n", message(BOM + "one")),
                of("a mark in data after a leading one", BOM + "data: " + BOM + "one\n\n", message(BOM + "one")),
                of("a mark after a line end is not leading", "\n" + BOM + "data: one\n\ndata: two\n\n",
                        message("two")),
                of("nothing but a mark", BOM));
    }

    private static Stream<Case> lineEnds() {
        return Stream.of(//
                of("LF, CR and CRLF in one stream", "data: a\ndata: b\rdata: c\r\n\r\n", message("a\nb\nc")),
                of("CRLF is one end, not two", "data:test\r\ndata\ndata:test\r\n\r", message("test\n\ntest")),
                of("CR CR is a blank line", "data: a\r\rdata: b\r\r", message("a"), message("b")),
                of("CR CRLF is a blank line", "data: a\r\r\ndata: b\n\n", message("a"), message("b")),
                of("LF CR is a blank line", "data: a\n\rdata: b\n\n", message("a"), message("b")),
                of("LF CRLF is a blank line", "data: a\n\r\ndata: b\n\n", message("a"), message("b")),
                of("CRLF CR is a blank line", "data: a\r\n\rdata: b\r\n\r", message("a"), message("b")),
                of("CR LF between data lines of one event", "data: A\r\ndata: B\r\ndata: C\r\n\r\n",
                        message("A\nB\nC")),
                of("CR then LF then a blank line", "data: one\r\n\ndata: two\r\n\n", message("one"), message("two")),
                of("many blank lines before, between and after", "\n\n\n\nid: 1\ndata: a\n\n\n\n\ndata: b\n\n\n\n",
                        message("a", "1"), message("b", "1")),
                of("blank lines of every kind alone", "\n\r\r\n\n\r\n\r\n\r"),
                of("line separator, paragraph separator, next line, form feed, vertical tab are data",
                        "data: a\u2028b\u2029c\u0085d\fe\u000bf\n\n", message("a\u2028b\u2029c\u0085d\fe\u000bf")),
                of("escaped line ends in JSON are data", "data: {\"a\":\"x\\n\\ny\\r\\n\"}\n\n",
                        message("{\"a\":\"x\\n\\ny\\r\\n\"}")));
    }

    private static Stream<Case> comments() {
        return Stream.of(//
                of("alone", ":comment\n\n"), //
                of("before an event", ": Hello\n\ndata: First\n\n", message("First")),
                of("between an event's lines", "data:1\r:\0\n:\r\ndata:2\n:" + LONG + "\rdata:3\n:data:fail\r:" + LONG
                        + "\ndata:4\n\n", message("1\n2\n3\n4")),
                of("between events", "data:1\r\r:\0\n:\r\ndata:2\n\n:" + LONG + "\rdata:3\n\n:data:fail\r:" + LONG
                        + "\ndata:4\n\ndata:5", message("1"), message("2"), message("3"), message("4")),
                of("nothing but colons", ":::::::::::::::::::\ndata: a\n\n", message("a")),
                of("many in a row", ": Moop \n".repeat(10) + "data: a\n\n", message("a")),
                of("with colons and text of many scripts", ": \u041f\u0435\u0440\u0432\u044b\u0439: \u7b2c\u4e8c\n"
                        + ":\u0d28\u0d3e\u0d32\u0d3e\u0d2e\u0d24\u0d4d\u0d24\u0d46\n: \ud83e\udd4c :\ndata: a\n\n",
                        message("a")),
                of("a comment does not end a block", "data: one\n:ignored\r\ndata: two\n\n", message("one\ntwo")),
                of("a comment ended by CR", "data: one\n:ignored\rdata: two\n\n", message("one\ntwo")),
                of("heartbeats", ": \u2665\n\ndata: A\n\n: \u2665\n\ndata: B\n\n", message("A"), message("B")));
    }

    private static Stream<Case> data() {
        return Stream.of(//
                of("one line", "data: Hello\n\n", message("Hello")),
                of("two events", "data: Hello\n\ndata: World\n\n", message("Hello"), message("World")),
                of("two lines", "data: Hello\ndata:World\n\n", message("Hello\nWorld")),
                of("empty with colon", "data:\n\n", message("")), //
                of("empty with colon and space", "data: \n\n", message("")),
                of("empty without colon, then two of them", "data\n\ndata\ndata\n\n", message(""), message("\n")),
                of("empty, two empty, one with text", "data:\n\ndata\ndata\n\ndata:test\n\n", message(""),
                        message("\n"), message("test")),
                of("an empty line first", "data:\ndata: line2\ndata: line3\n\n", message("\nline2\nline3")),
                of("an empty line in the middle", "data: line1\ndata:\ndata: line3\n\n", message("line1\n\nline3")),
                of("an empty line last", "data: line1\ndata:\n\n", message("line1\n")),
                of("a field without colon in the middle", "data: one\ndata\rdata: two\n\n", message("one\n\ntwo")),
                of("no space after the colon", "data:test\n\ndata: test\n\n", message("test"), message("test")),
                of("one leading space is removed, further ones stay", "data:  2\ndata:   3\n\n", message(" 2\n  3")),
                of("a tab is not a space", "data:\ttest\rdata: \ndata:test\n\n", message("\ttest\n\ntest")),
                of("trailing spaces stay", "data: a  \ndata:  \n\n", message("a  \n ")),
                of("colons in the value stay", "data: a:b: c\ndata::\n\n", message("a:b: c\n:")),
                of("a block without data is no event", "event: e\nid: 1\n\ndata: a\n\n", message("a", "1")),
                of("a NUL is data", "data:\0\n\n\n\n", message("\0")),
                of("a long line", "data: " + LONG + "\n\n", message(LONG)), //
                of("a hundred events",
                        IntStream.range(0, 100).mapToObj(i -> "data: message " + i + "\n\n").reduce("", String::concat),
                        IntStream.range(0, 100).mapToObj(i -> message("message " + i)).toArray(Event[]::new)));
    }

    private static Stream<Case> eventTypes() {
        return Stream.of(//
                of("a name", "event: greeting\ndata: Hello\n\n", event("greeting", "Hello")),
                of("a name holds for its event only", "event:test\ndata:x\n\ndata:x\n\n", event("test", "x"),
                        message("x")),
                of("a name before a block without data is forgotten", "event: ping\n\ndata: x\n\n", message("x")),
                of("an empty name means message", "event: \ndata: a\n\nevent:\ndata: b\n\nevent\ndata: c\n\n",
                        message("a"), message("b"), message("c")),
                of("the last name of a block counts", "event: a\nevent: b\ndata: x\n\n", event("b", "x")),
                of("an empty name undoes an earlier one", "event: a\nevent\ndata: x\n\n", message("x")),
                of("after the data", "data: Hello\nid: abc\nevent: greeting\n\n",
                        new Event("greeting", "Hello", "abc")),
                of("without a space", "event:greeting\ndata:Hello\n\n", event("greeting", "Hello")),
                of("with two spaces", "event:  greeting\ndata:  Hello\n\n", event(" greeting", " Hello")),
                of("with a colon, a NUL and letters beyond ASCII", "event: a:\0\u00e9\ndata: x\n\n",
                        event("a:\0\u00e9", "x")),
                of("message spelled out", "event: message\ndata: x\n\n", message("x")),
                of("names alike in length and ends are told apart",
                        "event: abcd\ndata: 1\n\nevent: axyd\ndata: 2\n\nevent: abcd\ndata: 3\n\n",
                        event("abcd", "1"), event("axyd", "2"), event("abcd", "3")),
                of("a very long name", "event: " + LONG + "\ndata: 1\n\nevent: " + LONG + "\ndata: 2\n\n",
                        event(LONG, "1"), event(LONG, "2")));
    }

    private static Stream<Case> ids() {
        return Stream.of(//
                of("an id", "id: abc\ndata: Hello\n\n", message("Hello", "abc")),
                of("an id persists", "id: abc\ndata: first\n\ndata: second\n\n", message("first", "abc"),
                        message("second", "abc")),
                of("an id changes and persists", "id: 1\ndata:1\n\nid: 2\ndata:2\n\ndata:3\n\n", message("1", "1"),
                        message("2", "2"), message("3", "2")),
                of("an empty id resets", "id: abc\ndata: first\n\nid: \ndata: second\n\ndata: third\n\n",
                        message("first", "abc"), message("second", ""), message("third", "")),
                of("id without colon resets", "id: abc\ndata: first\n\nid\ndata: second\n\n", message("first", "abc"),
                        message("second", "")),
                of("an id with NUL is ignored", "id: a\0bc\ndata: Hello\n\n", message("Hello")),
                of("a NUL at the id's end", "data: test\nid: 123\0\n\n", message("test")),
                of("an id with NUL leaves the earlier one", "id: 123\nid: bad\0id\ndata: hello\n\n",
                        message("hello", "123")),
                of("an id in a block without data counts for the next", "id: 42\n\ndata: x\n\n", message("x", "42")),
                of("the last id of a block counts", "id: 1\ndata: x\nid: 2\n\n", message("x", "2")),
                of("beyond ASCII", "id: \u2026\ndata: \u2026\n\ndata: x\n\n", message("\u2026", "\u2026"),
                        message("x", "\u2026")),
                of("spaces beyond the first and colons are part of it", "id:  a:b \ndata: x\n\n",
                        message("x", " a:b ")));
    }

    private static Stream<Case> retry() {
        return Stream.of(//
                of("does not make an event", "retry: 10000\n\n"),
                of("beside data", "retry:3000\ndata:x\n\n", message("x")),
                of("bogus values are ignored", "retry:3000\nretry:1000x\ndata:x\n\nretry: 50x\n\ndata: y\n\n",
                        message("x"), message("y")),
                of("empty is ignored", "id:2\nretry:\ndata:a\n\nretry\ndata:b\n\n", message("a", "2"),
                        message("b", "2")));
    }

    private static Stream<Case> otherFields() {
        return Stream.of(//
                of("an unknown field", "event: greeting\ncolor: blue\ndata: Hello\n\n", event("greeting", "Hello")),
                of("only an unknown field", "something: ignore\n\n"),
                of("a name with a leading space is another name",
                        "data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacommentyay\ndata:test\n\n",
                        message("test\n\ntest")),
                of("names that are nearly right",
                        "data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n "
                                + "data:32\ndata:4\n\n",
                        message("\0\n 2\n1\n3\n\n4")),
                of("beginnings and continuations of names",
                        "d\nda\ndat\ndatax\ndatax: 1\ndata : 2\ne: a\nevents: b\neven\ni: 1\nids: 2\nre: 1\n"
                                + "retryx: 4\ndata: ok\n\n",
                        message("ok")),
                of("names in capitals", "EVENT: e\nID: 1\nDATA: x\nRETRY: 5\ndata: ok\n\n", message("ok")),
                of("data and other lines mixed", "data:msg\ndata: msg\n\n:\nfalsefield:msg\n\nfalsefield:msg\n"
                        + "Data:data\n\ndata\n\ndata:end\n\n", message("msg\nmsg"), message(""), message("end")),
                of("an error page of JSON instead of a stream", "{\"error\":\"Internal Server Error\"}\n"),
                of("a page of HTML instead of a stream", "<html>\n<body>data: x</body>\n\n</html>\n"));
    }

    private static Stream<Case> endOfStream() {
        return Stream.of(//
                of("an empty stream", ""), //
                of("no line end at all", "data: lost"), //
                of("no blank line", "retry:1000\ndata:test1\n\nid:test\ndata:test2\n", message("test1")),
                of("no blank line and no line end", "data: kept\n\ndata: lost", message("kept")),
                of("a CR dispatches without waiting for a LF", "data: kept\r\r", message("kept")),
                of("the last LF of a CRLF is missing", "data: kept\r\n\r", message("kept")));
    }

    private static Stream<Case> text() {
        return Stream.of(//
                of("two, three and four bytes a character", "data: \u00e9\u20ac\u8c46\u8150\ud83d\ude00\n\n",
                        message("\u00e9\u20ac\u8c46\u8150\ud83d\ude00")),
                of("Cyrillic in JSON", "data: {\"content\":\"\u0438\u0437\u0432\u0435\u0441\u0442\u043d\u0438\"}\n\n",
                        message("{\"content\":\"\u0438\u0437\u0432\u0435\u0441\u0442\u043d\u0438\"}")),
                of("a character before and after the line end", "data: \ud83d\ude00\r\ndata: \ud83d\ude00\r\n\r\n",
                        message("\ud83d\ude00\n\ud83d\ude00")),
                of("characters that hold the bytes 0A and 0D as code points", "data: \u0a0a\u0d0d\u010a\u010d\n\n",
                        message("\u0a0a\u0d0d\u010a\u010d")));
    }

    /** The examples of HTML Standard 9.2.6. */
    private static Stream<Case> standardExamples() {
        return Stream.of(//
                of("stock ticker", "data: YHOO\ndata: +2\ndata: 10\n\n", message("YHOO\n+2\n10")),
                of("comment, ids, reset, two spaces",
                        ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
                        message("first event", "1"), message("second event", ""), message(" third event", "")),
                of("empty data twice, then one that the end drops", "data\n\ndata\ndata\n\ndata:\n", message(""),
                        message("\n")),
                of("with and without the space", "data:test\n\ndata: test\n\n", message("test"), message("test")));
    }

    private static Stream<Case> providers() {
        return Stream.of(//
                of("named JSON", "event: completion\ndata: {\"foo\":true}\n\n", event("completion", "{\"foo\":true}")),
                of("JSON without a name", "data: {\"foo\":true}\n\n", message("{\"foo\":true}")),
                of("two named", "event: ping\ndata: {\"foo\":true}\n\nevent: completion\ndata: {\"bar\":false}\n\n",
                        event("ping", "{\"foo\":true}"), event("completion", "{\"bar\":false}")),
                of("names without data are no events", "event: ping\n\nevent: completion\n\n"),
                of("JSON over several lines, some empty",
                        "event: ping\ndata: {\ndata: \"foo\":\ndata: \ndata:\ndata: true}\n\n\n",
                        event("ping", "{\n\"foo\":\n\n\ntrue}")),
                of("an error event",
                        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}\n\n",
                        event("error", "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}")),
                of("padding in JSON stays", "data: {\"a\":\"Hi\"}   }\n\n", message("{\"a\":\"Hi\"}   }")),
                of("an end marker", "data: {\"a\":1}\n\ndata: [DONE]\n\n", message("{\"a\":1}"), message("[DONE]")));
    }

    /** The same streams with each of the three line ends throughout. */
    private static Stream<Case> atEachLineEnd() {
        return Stream.of("\n", "\r", "\r\n").flatMap(end -> {
            String name = " with " + end.replace("\r", "CR").replace("\n", "LF");
            return Stream.of(//
                    of("one line" + name, "data: event 1||".replace("|", end), message("event 1")),
                    of("one line, then two" + name, "data: event 1||data: line 1|data: line 2||".replace("|", end),
                            message("event 1"), message("line 1\nline 2")),
                    of("an extra blank line" + name, "data: event 1|||data: event 2||".replace("|", end),
                            message("event 1"), message("event 2")),
                    of("two extra blank lines" + name, "data: event 1||||data: event 2||".replace("|", end),
                            message("event 1"), message("event 2")),
                    of("an id alone" + name, "id: 42||data: x||".replace("|", end), message("x", "42")),
                    of("comments and names" + name, ":c|event: e|:c|data: x|:c||".replace("|", end), event("e", "x")));
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theStreamGivesTheseEventsHoweverItIsCut(Case c) {
        byte[] stream = utf8(c.stream());
        SseTranscript whole = SseTranscript.whole(stream);
        assertEquals(c.events(), whole.events());
        assertFalse(whole.limitExceeded());

        for (int at = 0; at <= stream.length; at++) {
            assertEquals(whole, SseTranscript.cutAt(stream, new int[]{at}, SseParser.DEFAULT_MAX_BYTES),
                    "cut at byte " + at);
        }
        for (int size = 1; size <= 3; size++) {
            assertEquals(whole, SseTranscript.inPieces(stream, size, SseParser.DEFAULT_MAX_BYTES),
                    "in pieces of " + size);
        }
        Random random = new Random(c.name().hashCode());
        for (int i = 0; i < 20; i++) {
            assertEquals(whole, SseTranscript.inRandomPieces(stream, random, SseParser.DEFAULT_MAX_BYTES));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theReferenceModelReadsTheSame(Case c) {
        assertEquals(ReferenceModel.read(utf8(c.stream())), SseTranscript.whole(utf8(c.stream())));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void latin1BytesNeitherThrowNorDependOnTheCut(Case c) {
        byte[] stream = c.stream().getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(SseTranscript.whole(stream), SseTranscript.inPieces(stream, 1, SseParser.DEFAULT_MAX_BYTES));
    }
}
