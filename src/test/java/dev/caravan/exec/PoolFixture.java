package dev.caravan.exec;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.caravan.config.ExecProvider;
import dev.caravan.exec.Pools.Answer;
import java.util.OptionalLong;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A Camel context of a test with its pools of {@code worker.py}, of which nothing is left behind. */
final class PoolFixture implements BeforeEachCallback, AfterEachCallback {
    private final DefaultCamelContext context = new DefaultCamelContext();
    private WorkerPool pool;

    @Override
    public void beforeEach(ExtensionContext test) {
        assumeTrue(Children.installed("python3"), "python3 is not installed");
        context.start();
    }

    @Override
    public void afterEach(ExtensionContext test) {
        context.stop();
        new NothingLeftBehind().afterEach(test);
    }

    DefaultCamelContext context() {
        return context;
    }

    /** Has as much memory for all processes; before anything is opened. */
    void budget(long bytes) {
        new WorkerPools(context, OptionalLong.of(bytes), PoolListener.NONE).addToContext();
    }

    /** Has the pools tell this; before anything is opened. */
    void listen(PoolListener listener) {
        new WorkerPools(context, OptionalLong.empty(), listener).addToContext();
    }

    /** All pools. */
    WorkerPools pools() {
        return WorkerPools.of(context);
    }

    /** Has a pool, which is the one that is asked from now on. */
    WorkerPool open(ExecProvider provider) {
        pool = pools().pool(provider);
        return pool;
    }

    WorkerPool open(Settings settings, String... arguments) {
        return open(Pools.provider(settings, arguments));
    }

    /** The one that was opened last. */
    WorkerPool pool() {
        return pool;
    }

    /** Gives that one a request. */
    Answer ask(String id, String what) {
        return Pools.lines(pool.submit(Pools.request(id, what)));
    }
}
