package dev.caravan.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Who waits for how long, by the clock of the test. */
class RequestQueueTest {
    private final PoolErrors errors = new PoolErrors("demo");
    private final RequestQueue queue = new RequestQueue();

    private void expire(long before) {
        queue.expire(before, () -> errors.waitedTooLong(Duration.ofSeconds(1)));
    }

    @Test
    void whoWaitsForTooLongLeaves() {
        PooledRequest first = queue.add(Pools.request("m1", "say"), 10);
        PooledRequest second = queue.add(Pools.request("m2", "say"), 20);
        assertEquals(Duration.ofNanos(15), queue.longestWait(25));
        expire(15);
        assertTrue(first.over);
        assertSame(second, queue.next());
    }

    @Test
    void theTimeThatADeadProcessTookIsNoTimeOfWaiting() {
        PooledRequest request = queue.add(Pools.request("m1", "say"), 10);
        queue.next();
        request.retry(1000);
        queue.putBack(request);
        assertEquals(Duration.ofNanos(5), queue.longestWait(1005));
        expire(500);
        assertFalse(request.over);
        expire(1001);
        assertTrue(request.over);
    }
}
