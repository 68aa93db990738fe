package dev.caravan.exec;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Whose a request is, when a process dies with it and what that has written is still being read. */
class PooledRequestTest {
    private final PooledRequest request = new PooledRequest("m1", Pools.request("m1", "say"), 0);
    private final Worker first = worker();
    private final Worker second = worker();

    private static Worker worker() {
        return new Worker(Pools.provider(Settings.settings()), null, null);
    }

    private static WorkerLine line(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return WorkerLine.read(bytes, 0, bytes.length);
    }

    @Test
    void whatADeadProcessSaysLateIsNotOfTheAnswer() throws IOException {
        request.assign(first, 0);
        assertTrue(request.heard(line("{\"id\":\"m1\",\"progress\":{}}"), first, 1));
        assertTrue(request.retry(2));
        assertFalse(request.heard(line("{\"id\":\"m1\",\"text\":\"a\"}"), first, 3));
        request.assign(second, 4);
        assertFalse(request.heard(line("{\"id\":\"m1\",\"text\":\"a\"}"), first, 5));
        assertTrue(request.heard(line("{\"id\":\"m1\",\"text\":\"a\"}"), second, 6));
    }

    @Test
    void oneWhoseAnswerHasBegunIsNotTakenBack() throws IOException {
        request.assign(first, 0);
        assertTrue(request.heard(line("{\"id\":\"m1\",\"text\":\"a\"}"), first, 1));
        assertFalse(request.retry(2));
    }
}
