package dev.caravan.bench;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.HdrHistogram.Histogram;

/** Runs one {@link Load}. Everything but {@link #run} happens on one event loop, so nothing here is shared between threads. */
final class LoadRun {

    private final Vertx vertx;
    private final Load load;
    private final NetClient net;
    private final Buffer request;
    private final CompletableFuture<LoadResult> result = new CompletableFuture<>();

    private final Histogram connect = Timings.newHistogram();
    private final Histogram firstToken = Timings.newHistogram();
    private final Histogram gap = Timings.newHistogram();
    private final Histogram whole = Timings.newHistogram();
    private final TreeMap<String, Long> failures = new TreeMap<>();
    private long completed;
    private long tokens;
    private int sent;
    private int open;
    private long start;
    private long lastAnswer;
    private boolean noMore;

    private LoadRun(Vertx vertx, Load load) {
        this.vertx = vertx;
        this.load = load;
        this.net = vertx.createNetClient(new NetClientOptions().setTcpNoDelay(true).setConnectTimeout(10_000));
        byte[] body = Script.utf8(load.body());
        StringBuilder head = new StringBuilder("POST ").append(load.path()).append(" HTTP/1.1\r\nhost: 127.0.0.1:")
                .append(load.port())
                .append("\r\n");
        load.headers().forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("content-length: ").append(body.length).append("\r\n\r\n");
        this.request = Buffer.buffer(head.toString()).appendBytes(body);
    }

    /** Runs this load to its end and closes its connections; blocks. */
    static LoadResult run(Vertx vertx, Load load) throws Exception {
        LoadRun run = new LoadRun(vertx, load);
        vertx.runOnContext(go -> run.begin());
        try {
            return run.result.get();
        } finally {
            run.net.close().toCompletionStage().toCompletableFuture().get();
        }
    }

    private void begin() {
        start = System.nanoTime();
        lastAnswer = start;
        vertx.setTimer(millis(load.seconds()), timeOver -> {
            noMore = true;
            finishWhenDone();
            vertx.setTimer(millis(load.graceSeconds()), graceOver -> giveUp());
        });
        for (int i = 0; i < load.clients(); i++) {
            LoadClient client = new LoadClient(this, net, load, request);
            long delay = (long) load.rampMillis() * i / load.clients();
            if (delay == 0) {
                next(client);
            } else {
                vertx.setTimer(delay, begin -> next(client));
            }
        }
    }

    private static long millis(double seconds) {
        return Math.max(1, Math.round(seconds * 1_000));
    }

    private void next(LoadClient client) {
        if (sent >= load.total()) {
            noMore = true;
        }
        if (noMore) {
            finishWhenDone();
            return;
        }
        sent++;
        open++;
        client.begin(sent > load.untimed());
    }

    private void finishWhenDone() {
        if (noMore && open == 0 && !result.isDone()) {
            double seconds = Math.max(1, lastAnswer - start) / 1e9;
            result.complete(
                    new LoadResult(completed, failures, seconds, tokens, Timings.of(connect), Timings.of(firstToken),
                            Timings.of(gap), Timings.of(whole)));
        }
    }

    private void giveUp() {
        if (open > 0) {
            failures.merge("unfinished", (long) open, Long::sum);
            lastAnswer = System.nanoTime();
            open = 0;
        }
        finishWhenDone();
    }

    /** A client has its connection. */
    void connected(long nanos) {
        Timings.record(connect, nanos);
    }

    /** The first content events of a stream have come, in one piece. */
    void firstTokens(int count, long nanos) {
        countTokens(firstToken, count, nanos);
    }

    /** More content events of a stream have come, in one piece. */
    void moreTokens(int count, long nanos) {
        countTokens(gap, count, nanos);
    }

    private void countTokens(Histogram times, int count, long nanos) {
        tokens += count;
        if (nanos != LoadClient.UNTIMED) {
            Timings.record(times, nanos);
            gap.recordValueWithCount(0, count - 1L);
        }
    }

    /**
     * A client's request is over.
     *
     * @param nanos   how long it took, or {@link LoadClient#UNTIMED}
     * @param failure why it has failed, or null
     */
    void over(LoadClient client, long nanos, String failure) {
        if (result.isDone()) {
            return;
        }
        lastAnswer = System.nanoTime();
        open--;
        if (failure == null) {
            completed++;
            if (nanos != LoadClient.UNTIMED) {
                Timings.record(whole, nanos);
            }
        } else {
            failures.merge(failure, 1L, Long::sum);
        }
        // Not from within this callback, which may stand in the middle of what was read.
        vertx.runOnContext(go -> next(client));
    }
}
