package dev.caravan.queue.batch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiVersion;
import dev.caravan.message.Call;
import dev.caravan.queue.store.Batch;
import dev.caravan.queue.store.BatchStore;
import dev.caravan.queue.store.Chunk;
import dev.caravan.queue.store.Database;
import dev.caravan.queue.store.DispatchStore;
import dev.caravan.queue.store.NewBatch;
import dev.caravan.queue.store.NewRequest;
import dev.caravan.queue.store.ResultType;
import dev.caravan.queue.store.Wakeup;
import dev.caravan.queue.store.WorkStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The results of a batch, read while a client takes them. */
class ReadResultsTest {
    private static final int RESULTS = 250;

    @TempDir
    Path directory;
    private Database database;
    private BatchStore batches;
    private final Call call = new Call();

    @BeforeEach
    void open() throws Exception {
        database = Database.embedded(directory.resolve("store"));
        batches = new BatchStore(database, Clock.systemUTC(), lane -> 100);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private Batch ended() {
        List<NewRequest> requests = IntStream.range(0, RESULTS)
                .mapToObj(i -> new NewRequest("c" + i, "http", "{}".getBytes(UTF_8))).toList();
        Batch batch = batches.create(new NewBatch("me", ApiVersion.V2023_06_01, List.of(), Duration.ofHours(24)),
                requests.iterator());
        DispatchStore dispatch = new DispatchStore(database, Clock.systemUTC(), Duration.ofSeconds(30));
        WorkStore works = new WorkStore(database, Clock.systemUTC());
        for (List<Chunk> chunks = dispatch.mark(batch.number()); !chunks.isEmpty();) {
            for (Chunk chunk : chunks) {
                dispatch.sent(chunk);
                for (Wakeup wakeup : chunk.wakeups()) {
                    works.finish(works.take(wakeup).orElseThrow(), ResultType.SUCCEEDED, "{}".getBytes(UTF_8));
                }
            }
            chunks = dispatch.mark(batch.number());
        }
        dispatch.endIfDone(batch.number());
        return batches.find(batch.id(), "me").orElseThrow();
    }

    @SuppressWarnings("unchecked")
    private Iterator<byte[]> read() {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.setProperty(FindBatch.BATCH, ended());
        exchange.setProperty(Call.PROPERTY, call);
        new ReadResults(batches).process(exchange);
        return exchange.getMessage().getBody(Iterator.class);
    }

    @Test
    void eachOnce() {
        StringBuilder all = new StringBuilder();
        read().forEachRemaining(lines -> all.append(new String(lines, UTF_8)));
        assertEquals(RESULTS, all.toString().lines().map(line -> line.split("\"custom_id\":\"")[1].split("\"")[0])
                .distinct().count());
        assertEquals(RESULTS, all.toString().lines().count());
        assertTrue(all.toString().endsWith("\n"));
    }

    /** A split goes on with what its iterator still has, whatever has failed. */
    @Test
    void noMoreWhenTheCallIsCancelled() {
        Iterator<byte[]> lines = read();
        lines.next();
        assertTrue(lines.hasNext());
        call.getCancellation().cancel();
        assertFalse(lines.hasNext());
    }

    @Test
    void noMoreWhenTheStoreHasFailed() {
        Iterator<byte[]> lines = read();
        database.close();
        assertThrows(RuntimeException.class, lines::next);
        assertFalse(lines.hasNext());
    }
}
