package dev.caravan.exec;

import static dev.caravan.exec.Children.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class OutputBufferTest {
    private final OutputBuffer buffer = new OutputBuffer(16);

    @Test
    void aReaderThatWaitsGetsTheLinesThatCameTogetherInOneGo() throws Exception {
        FutureTask<String> taken = new FutureTask<>(this::take);
        Thread reader = Thread.ofPlatform().daemon().start(taken);
        eventually().until(() -> reader.getState() == Thread.State.WAITING);
        offer("one");
        offer("two");
        buffer.wake();
        assertEquals("one\ntwo\n", taken.get());
    }

    @Test
    void aReaderThatComesLaterFindsLinesThatNobodyWasWokenFor() throws Exception {
        offer("one");
        assertEquals("one\n", take());
    }

    @Test
    void aLineForWhichThereIsNoRoomIsRefusedAndLeavesNothingBehind() throws Exception {
        offer("twelve bytes");
        assertFalse(buffer.offerLine("more".getBytes(UTF_8), 0, 4));
        assertEquals("twelve bytes\n", take());
    }

    private void offer(String line) {
        byte[] bytes = line.getBytes(UTF_8);
        assertTrue(buffer.offerLine(bytes, 0, bytes.length));
    }

    private String take() throws Exception {
        byte[] target = new byte[64];
        return new String(target, 0, buffer.take(target, 0, target.length, Long.MAX_VALUE), UTF_8);
    }
}
