package dev.caravan.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StderrLogTest {
    private final List<String> logged = new ArrayList<>();
    private final StderrLog log = new StderrLog(logged::add, StderrLog.Bounds.OF_ONE_REQUEST);

    @Test
    void eachLineIsLoggedWithoutControlCharacters() {
        pump("first\nsecond\u001b[31m\r\n\n\nlast, without a line feed");
        assertEquals(List.of("first", "second?[31m", "last, without a line feed"), logged);
    }

    @Test
    void aProgressBarIsLinesOfItsOwn() {
        pump("\r 10 %\r 20 %\n");
        assertEquals(List.of(" 10 %", " 20 %"), logged);
    }

    @Test
    void aLongLineIsCut() {
        pump("x".repeat(1_000_000) + "\nnext\n");
        assertEquals(List.of("x".repeat(StderrLog.MAX_LINE) + "…", "next"), logged);
    }

    @Test
    void aFloodIsCountedAndNotLogged() {
        pump("line\n".repeat(100_000) + "the end\n");
        assertEquals(200 + 1, logged.size());
        assertEquals("… 99801 more lines on stderr", logged.get(200));
    }

    @Test
    void aBrokenPipeJustEndsTheLog() {
        log.pump(new InputStream() {
            private int left = 3;

            @Override
            public int read() throws IOException {
                if (left-- == 0) {
                    throw new IOException("broken");
                }
                return 'x';
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                target[offset] = (byte) read();
                return 1;
            }
        });
        assertEquals(List.of("xxx"), logged);
    }

    private void pump(String text) {
        log.pump(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }
}
