package dev.caravan.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.util.BufferRecycler;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class JsonBuffersTest {
    private final JsonBuffers pool = new JsonBuffers();

    @Test
    void whatWasGivenBackIsTakenAgain() {
        BufferRecycler buffers = pool.acquirePooled();
        pool.releasePooled(buffers);
        assertSame(buffers, pool.acquirePooled());
    }

    @Test
    void whoReadsWhileItWritesHasTwo() {
        BufferRecycler reads = pool.acquirePooled();
        BufferRecycler writes = pool.acquirePooled();
        assertNotSame(reads, writes);
        pool.releasePooled(writes);
        pool.releasePooled(reads);
        assertEquals(Set.of(reads, writes), Set.of(pool.acquirePooled(), pool.acquirePooled()));
    }

    @Test
    void aThreadKeepsFewWhateverItGivesBack() {
        List<BufferRecycler> given = Stream.generate(pool::acquirePooled).limit(100).toList();
        given.forEach(pool::releasePooled);
        Set<BufferRecycler> taken = ConcurrentHashMap.newKeySet();
        for (int i = 0; i < 100; i++) {
            assertTrue(taken.add(pool.acquirePooled()));
        }
        assertEquals(4, taken.stream().filter(given::contains).count());
    }

    @Test
    void noTwoThreadsHaveTheSame() throws Exception {
        Set<BufferRecycler> inUse = ConcurrentHashMap.newKeySet();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < 500; thread++) {
                all.add(threads.submit(() -> {
                    for (int i = 0; i < 200; i++) {
                        BufferRecycler buffers = pool.acquirePooled();
                        assertTrue(inUse.add(buffers));
                        Thread.yield();
                        inUse.remove(buffers);
                        pool.releasePooled(buffers);
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }
}
