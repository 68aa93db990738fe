package dev.caravan.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LineEndsTest {

    /** Each byte value around, each place in and across the eight-byte words, ranges that begin and end anywhere. */
    @Test
    void theFirstLineFeedOrCarriageReturnOfTheRangeIsFound() {
        byte[] bytes = new byte[27];
        for (int filler = 0; filler < 256; filler++) {
            if (filler == '\n' || filler == '\r') {
                continue;
            }
            for (int at = 0; at < bytes.length; at++) {
                Arrays.fill(bytes, (byte) filler);
                bytes[at] = (byte) (at % 2 == 0 ? '\n' : '\r');
                if (at + 1 < bytes.length) {
                    bytes[at + 1] = (byte) (at % 3 == 0 ? '\n' : '\r');
                }
                for (int from = 0; from <= at; from++) {
                    assertEquals(at, LineEnds.indexOf(bytes, from, bytes.length));
                    assertEquals(at, LineEnds.indexOf(bytes, from, at));
                }
            }
        }
    }
}
