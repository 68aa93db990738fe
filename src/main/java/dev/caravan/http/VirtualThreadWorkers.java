package dev.caravan.http;

import io.vertx.core.spi.ExecutorServiceFactory;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/**
 * Runs Vert.x's blocking work on virtual threads. platform-http holds one worker for as long as a reply streams; the stock pool
 * has 20 of them, which is 20 streams at a time. Registered as a {@code VertxServiceProvider}, so it holds for every Vert.x
 * instance of the JVM.
 */
public final class VirtualThreadWorkers implements ExecutorServiceFactory {
    @Override
    public ExecutorService createExecutor(ThreadFactory threadFactory, Integer concurrency, Integer maxConcurrency) {
        return Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("caravan-worker-", 0).factory());
    }
}
