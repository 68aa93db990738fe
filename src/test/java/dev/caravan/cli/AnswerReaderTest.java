package dev.caravan.cli;

import static dev.caravan.cli.Answers.END;
import static dev.caravan.cli.Answers.START;
import static dev.caravan.cli.Answers.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Flow.Subscription;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reader of an answer, fed with pieces of the test's choice. */
final class AnswerReaderTest {
    private static final String ANSWER = START + text("ä€🙂") + END;
    private static final Subscription SOURCE = new Subscription() {
        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    };

    private final StringWriter printed = new StringWriter();

    private AnswerReader reader() {
        PrintWriter out = new PrintWriter(printed);
        return new AnswerReader(new ChatPrinter(out, out, false), false);
    }

    private static ReplyBody body() {
        ReplyBody body = new ReplyBody(Duration.ofMillis(200));
        body.onSubscribe(SOURCE);
        return body;
    }

    @Test
    void theCutsBetweenPiecesDoNotMatter() throws Exception {
        byte[] bytes = ANSWER.getBytes(StandardCharsets.UTF_8);
        for (int cut = 1; cut < bytes.length; cut++) {
            ReplyBody body = body();
            body.onNext(List.of(ByteBuffer.wrap(bytes, 0, cut)));
            body.onNext(List.of(ByteBuffer.wrap(bytes, cut, bytes.length - cut)));
            printed.getBuffer().setLength(0);
            reader().read(body);
            assertEquals("ä€🙂", printed.toString(), "cut at " + cut);
        }
    }

    @Test
    void anAnswerThatEndsAnywhereBeforeItsLastEventIsCutOff() {
        byte[] bytes = ANSWER.getBytes(StandardCharsets.UTF_8);
        int lastEvent = ANSWER.indexOf("\"type\":\"message_stop\",\"more\":1}");
        int whole = ANSWER.substring(0, lastEvent).getBytes(StandardCharsets.UTF_8).length
                + "\"type\":\"message_stop\",\"more\":1}".length();
        for (int end = 0; end < whole; end++) {
            ReplyBody body = body();
            if (end > 0) {
                body.onNext(List.of(ByteBuffer.wrap(bytes, 0, end)));
            }
            body.onComplete();
            CommandFailure failure = assertThrows(CommandFailure.class, () -> reader().read(body), "end at " + end);
            assertTrue(failure.getMessage().startsWith("the answer was cut off"), failure.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ": comment\n\n", "event: later\ndata: {\"type\":\"of_a_later_version\"}\n\n",
            "data: {}\n\n"})
    void whatIsNotKnownIsPassedOver(String more) throws Exception {
        ReplyBody body = body();
        body.onNext(List.of(ByteBuffer.wrap((START + more + text("a") + more + END).getBytes(StandardCharsets.UTF_8))));
        reader().read(body);
        assertEquals("a", printed.toString());
    }

    @Test
    void silenceIsAFailure() {
        CommandFailure failure = assertThrows(CommandFailure.class, () -> reader().read(body()));
        assertEquals("the answer was cut off: no answer came in time", failure.getMessage());
    }

    @Test
    void aBrokenConnectionIsAFailure() {
        ReplyBody body = body();
        body.onError(new IOException("Connection reset"));
        CommandFailure failure = assertThrows(CommandFailure.class, () -> reader().read(body));
        assertEquals("the answer was cut off: the connection broke: Connection reset", failure.getMessage());
    }

    @Test
    void anAnswerThatNobodyReadsDoesNotGoOn() {
        PrintWriter closed = new PrintWriter(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        });
        ReplyBody body = body();
        body.onNext(List.of(ByteBuffer.wrap((START + text("a")).getBytes(StandardCharsets.UTF_8))));
        AnswerReader reader = new AnswerReader(new ChatPrinter(closed, new PrintWriter(printed), false), false);
        assertTrue(assertThrows(CommandFailure.class, () -> reader.read(body)).getMessage()
                .startsWith("standard output was closed"));
    }
}
