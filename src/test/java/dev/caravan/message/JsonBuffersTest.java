package dev.caravan.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.BufferRecycler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

    @Test
    void whatIsGivenBackTwiceIsKeptOnce() {
        BufferRecycler buffers = pool.acquireAndLinkPooled();
        buffers.releaseToPool();
        buffers.releaseToPool();
        assertSame(buffers, pool.acquireAndLinkPooled());
        assertNotSame(buffers, pool.acquireAndLinkPooled());
    }

    /**
     * Each writes and reads its own words, some of them long, and reads while it writes; parsers break off in garbage, are left open
     * and are closed twice.
     */
    @Test
    void nobodyReadsWhatAnotherWrote() throws Exception {
        JsonFactory factory = new JsonFactoryBuilder().recyclerPool(pool).build();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int client = 0; client < 200; client++) {
                String words = "client " + client + " é ";
                all.add(threads.submit(() -> {
                    for (int i = 0; i < 20; i++) {
                        assertEquals(words.repeat(1 + 37 * i), roundTrip(factory, words, 1 + 37 * i));
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    private static String roundTrip(JsonFactory factory, String words, int times) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        JsonGenerator out = factory.createGenerator(bytes);
        out.writeStartArray();
        for (int i = 0; i < times; i++) {
            out.writeString(words);
            if (i % 512 == 0) {
                readGarbage(factory, words, i % 1024 == 0);
                Thread.yield();
            }
        }
        out.writeEndArray();
        out.close();
        out.close();
        StringBuilder read = new StringBuilder();
        JsonParser in = factory.createParser(bytes.toByteArray());
        for (JsonToken token = in.nextToken(); token != null; token = in.nextToken()) {
            if (token == JsonToken.VALUE_STRING) {
                read.append(in.getText());
            }
        }
        in.close();
        in.close();
        return read.toString();
    }

    private static void readGarbage(JsonFactory factory, String words, boolean close) throws IOException {
        JsonParser broken = factory.createParser(("[\"" + words + "\", x").getBytes(StandardCharsets.UTF_8));
        broken.nextToken();
        broken.nextToken();
        assertEquals(words, broken.getText());
        assertThrows(JsonParseException.class, broken::nextToken);
        if (close) {
            broken.close();
            broken.close();
        }
    }
}
