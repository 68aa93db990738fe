package dev.caravan.sse;

import static dev.caravan.sse.SseTranscript.event;
import static dev.caravan.sse.SseTranscript.message;
import static dev.caravan.sse.SseTranscript.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SseWriterTest {
    private final SseWriter writer = new SseWriter();

    private String written() {
        return new String(writer.array(), 0, writer.length(), StandardCharsets.UTF_8);
    }

    @Test
    void aNamedEvent() {
        writer.event("ping", utf8("{\"type\":\"ping\"}"));
        assertEquals("event: ping\ndata: {\"type\":\"ping\"}\n\n", written());
    }

    @Test
    void onlyTheRangeIsWritten() {
        byte[] data = utf8("xx{\u00e9}yy");
        writer.event("e", data, 2, data.length - 4).data(data, 2, data.length - 4);
        assertEquals("event: e\ndata: {\u00e9}\n\ndata: {\u00e9}\n\n", written());
    }

    @Test
    void anEventWithoutANameAndOneWithoutData() {
        writer.data(utf8("[DONE]"), 0, 6).event("e", new byte[0]);
        assertEquals("data: [DONE]\n\nevent: e\ndata: \n\n", written());
        assertEquals(List.of(message("[DONE]"), event("e", "")),
                SseTranscript.whole(writer.toByteArray()).events());
    }

    @Test
    void namesMayChangeAndRepeat() {
        for (String name : List.of("a", "a", "b", "a", "\u00e9 :x")) {
            writer.event(name, utf8("1"));
        }
        assertEquals(
                List.of(event("a", "1"), event("a", "1"), event("b", "1"), event("a", "1"), event("\u00e9 :x", "1")),
                SseTranscript.whole(writer.toByteArray()).events());
    }

    @Test
    void aComment() {
        writer.comment(utf8(" keep-alive"), 0, 11).comment(new byte[0], 0, 0);
        assertEquals(": keep-alive\n\n:\n\n", written());
        assertEquals(List.of(" keep-alive", ""), SseTranscript.whole(writer.toByteArray()).comments());
    }

    @Test
    void aReadyFrameGoesOutAsItIs() {
        byte[] frame = new SseWriter().event("ping", utf8("{}")).toByteArray();
        writer.frame(frame).frame(frame);
        assertEquals("event: ping\ndata: {}\n\n".repeat(2), written());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\n}", "{\r}", "{\r\n}", "\n", "a\n\nb", "a\r\rb", "a\r\n\r\nb", "a\n\rb", "a\n", "\ra",
            "x\n\nevent: message_stop\ndata: {}\n\n", "\n: c", "\nid: 1", "\n data: y", "a\u2028b\u0085c"})
    void lineEndsInDataCannotEndAFrameOrForgeAField(String data) {
        writer.event("e", utf8(data)).event("after", utf8("ok"));
        SseTranscript read = SseTranscript.whole(writer.toByteArray());
        assertEquals(List.of(event("e", data.replaceAll("\r\n|\r", "\n")), event("after", "ok")), read.items());
        assertEquals("", read.lastEventId());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "\r", "\n\ndata: x\n\n", "a\r\ndata: x\r\n\r\n"})
    void lineEndsInCommentsCannotForgeAnything(String text) {
        writer.comment(utf8(text), 0, text.length()).event("after", utf8("ok"));
        SseTranscript read = SseTranscript.whole(writer.toByteArray());
        assertEquals(List.of(event("after", "ok")), read.events());
        assertEquals(List.of(text.split("\r\n|\r|\n", -1)), read.comments());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "a\n", "a\rb", "ping\r\ndata: x\r\n\r\n"})
    void aNameThatWouldSaySomethingElseIsRefusedAndNothingIsWritten(String name) {
        writer.event("before", utf8("ok"));
        assertThrows(IllegalArgumentException.class, () -> writer.event(name, utf8("x")));
        assertThrows(IllegalArgumentException.class, () -> writer.event(name, utf8("x")));
        assertEquals("event: before\ndata: ok\n\n", written());
    }

    @Test
    void rangesAreCheckedAndNothingIsWritten() {
        assertThrows(IndexOutOfBoundsException.class, () -> writer.event("e", new byte[3], 2, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> writer.data(new byte[3], -1, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> writer.comment(new byte[3], 0, 4));
        assertEquals(0, writer.length());
    }

    @Test
    void theBufferIsReusedAfterClear() throws IOException {
        writer.event("first", utf8("x".repeat(100_000)));
        writer.clear();
        assertEquals(0, writer.length());
        writer.event("second", utf8("y"));
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        writer.writeTo(sent);
        assertEquals("event: second\ndata: y\n\n", sent.toString(StandardCharsets.UTF_8));
        assertArrayEquals(sent.toByteArray(), writer.toByteArray());
    }

    @Test
    void aSmallBufferIsKeptAndALargeOneGivenBack() {
        writer.event("e", utf8("x"));
        byte[] small = writer.array();
        writer.clear();
        writer.event("e", utf8("y"));
        assertEquals(small, writer.array());
        writer.event("e", new byte[1_000_000]);
        writer.clear();
        writer.event("e", utf8("z"));
        assertEquals(small.length, writer.array().length);
    }
}
