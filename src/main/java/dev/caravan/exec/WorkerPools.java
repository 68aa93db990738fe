package dev.caravan.exec;

import dev.caravan.config.ExecProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.camel.CamelContext;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.Service;
import org.apache.camel.support.LifecycleStrategySupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All kept processes of a Camel context, a pool for each provider; a service of the context. One thread looks after the time-outs
 * of all pools and decides which process is started next, within the memory that there is for all: where a model that is asked for
 * does not fit, processes of other providers are ended that have nothing to do, the one that was used longest ago first. Where that
 * is not enough, the model's requests wait; and when they have for a while, other providers' processes get no more requests either,
 * and are ended when they have answered those that they have.
 *
 * <p>
 * When the context stops, after its routes, all processes are ended; also when the Java machine ends, unless the context is just
 * being stopped. Thread-safe.
 */
public final class WorkerPools implements Service {
    private static final Logger LOG = LoggerFactory.getLogger("caravan.exec");
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    private final CamelContext context;
    private final OptionalLong memoryBudget;
    private final PoolListener listener;
    private final Map<ExecProvider, WorkerPool> pools = new LinkedHashMap<>();
    private final AtMachineEnd atMachineEnd;
    private final ComesBack comesBack = new ComesBack(this);
    private final Semaphore changes = new Semaphore(0);
    private Thread keeper;
    private boolean stopped;

    /**
     * @param memoryBudget how many bytes all processes may need together, empty for no limit
     * @param listener hears what becomes of the processes and their requests
     */
    public WorkerPools(CamelContext context, OptionalLong memoryBudget, PoolListener listener) {
        this.context = context;
        this.memoryBudget = memoryBudget;
        this.listener = listener;
        this.atMachineEnd = new AtMachineEnd(() -> context, this::anyRunning, this::stop);
    }

    /** The pools of a context; without a limit of memory when nobody has added others to it. */
    public static WorkerPools of(CamelContext context) {
        synchronized (WorkerPools.class) {
            WorkerPools running = context.hasService(WorkerPools.class);
            if (running != null) {
                return running;
            }
            return context.getLifecycleStrategies().stream().filter(ComesBack.class::isInstance)
                    .map(stopped -> ((ComesBack) stopped).pools).findFirst().orElseGet(() -> {
                        WorkerPools pools = new WorkerPools(context, OptionalLong.empty(), PoolListener.NONE);
                        pools.addToContext();
                        return pools;
                    });
        }
    }

    /** A context forgets its services and beans when it stops, but not what hears of its life, and may be started again. */
    private static final class ComesBack extends LifecycleStrategySupport {
        private final WorkerPools pools;

        ComesBack(WorkerPools pools) {
            this.pools = pools;
        }

        @Override
        public void onContextStarting(CamelContext context) {
            pools.addToContext();
        }
    }

    /** Makes this the service that {@link #of} finds, also when the context has been stopped and started again. */
    public void addToContext() {
        try {
            if (!context.getLifecycleStrategies().contains(comesBack)) {
                context.addLifecycleStrategy(comesBack);
            }
            if (!context.hasService(this)) {
                context.addService(this);
            }
        } catch (Exception e) {
            throw RuntimeCamelException.wrapRuntimeCamelException(e);
        }
    }

    /** Has a pool for a provider, without a process yet. */
    public void open(ExecProvider provider) {
        pool(provider);
    }

    /** Starts the processes of a provider that it keeps also when there is nothing to do, and returns at once. */
    public void warmUp(ExecProvider provider) {
        pool(provider).warmUp();
    }

    /** How all pools are. */
    public List<PoolStatus> status() {
        return all().stream().map(WorkerPool::status).toList();
    }

    synchronized WorkerPool pool(ExecProvider provider) {
        WorkerPool known = pools.get(provider);
        if (known != null) {
            return known;
        }
        WorkerPool pool = new WorkerPool(provider, new WorkerLauncher(provider, context), listener, changes::release);
        if (stopped || !atMachineEnd.hook()) {
            pool.stop(); // for good: a context that is started again has another
            return pool;
        }
        pools.put(provider, pool);
        if (keeper == null) {
            keeper = Thread.ofPlatform().daemon().name("caravan-exec-keeper").start(this::keep);
        }
        return pool;
    }

    private synchronized List<WorkerPool> all() {
        return List.copyOf(pools.values());
    }

    private void keep() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                if (changes.tryAcquire(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                    changes.drainPermits();
                }
                try {
                    look(System.nanoTime());
                } catch (RuntimeException | Error e) {
                    // Without this thread nothing would ever time out: it goes on also where memory or threads are short.
                    LOG.error("the kept processes cannot be looked after", e);
                }
            }
        } catch (InterruptedException e) {
            // Stopped: there is nothing to look after any more.
        }
    }

    private void look(long now) {
        List<WorkerPool> all = all();
        all.forEach(pool -> pool.look(now));
        // Who has waited longest comes first to room that somebody has made.
        List<WorkerPool> longestFirst = all.stream()
                .sorted(Comparator.comparing((WorkerPool pool) -> pool.longestWait(now)).reversed()).toList();
        for (WorkerPool pool : longestFirst) {
            while (pool.wantsWorker(now) && hasRoom(pool, all, now)) {
                pool.startWorker();
            }
        }
        // What is asked for comes before what could be fresher.
        if (all.stream().noneMatch(pool -> pool.wantsWorker(now))) {
            all.stream().filter(pool -> pool.wantsWorkerBeside(now) && isKnownToFit(pool, all))
                    .forEach(WorkerPool::startWorker);
        }
    }

    /** Whether another process of a pool fits. Where it would if others made room they are told to, and it will. */
    private boolean hasRoom(WorkerPool pool, List<WorkerPool> all, long now) {
        if (memoryBudget.isEmpty()) {
            return true;
        }
        long held = all.stream().mapToLong(WorkerPool::memory).sum();
        // Alone it gets its try, however large it is: more than what the others hold is never missing.
        long missing = Math.min(held, held + pool.memoryOfNext() - memoryBudget.getAsLong());
        if (missing <= 0) {
            return true;
        }
        // What is being ended makes room already, in its own time; and no model makes room for one that nobody asks for.
        missing -= all.stream().mapToLong(WorkerPool::memoryOfLeaving).sum();
        if (missing > 0 && pool.longestWait(now).isPositive() && !makeRoom(missing, others(pool, all, WorkerPool::idle))
                && pool.starves(now)) {
            makeRoom(missing, others(pool, all, WorkerPool::ready));
        }
        return false;
    }

    /** Whether another process of a pool certainly fits beside all that there are. */
    private boolean isKnownToFit(WorkerPool pool, List<WorkerPool> all) {
        long needed = pool.memoryOfNext();
        long held = all.stream().mapToLong(WorkerPool::memory).sum();
        return memoryBudget.isPresent() && needed > 0 && held + needed <= memoryBudget.getAsLong();
    }

    private static List<Candidate> others(WorkerPool pool, List<WorkerPool> all,
            Function<WorkerPool, List<Worker>> which) {
        return all.stream().filter(other -> other != pool)
                .flatMap(other -> which.apply(other).stream().map(worker -> new Candidate(other, worker)))
                .sorted(Comparator.comparingLong(candidate -> candidate.worker.usedNanos())).toList();
    }

    /** Ends the first of these that hold enough together; ending some would be in vain while all do not suffice. */
    private static boolean makeRoom(long bytes, List<Candidate> candidates) {
        long missing = bytes;
        List<Candidate> ended = new ArrayList<>();
        for (Candidate candidate : candidates) {
            if (missing > 0) {
                missing -= candidate.pool.memoryOf(candidate.worker);
                ended.add(candidate);
            }
        }
        if (missing <= 0) {
            ended.forEach(candidate -> candidate.pool.unload(candidate.worker));
        }
        return missing <= 0;
    }

    private record Candidate(WorkerPool pool, Worker worker) {}

    private boolean anyRunning() {
        return status().stream().anyMatch(pool -> pool.starting() + pool.ready() + pool.draining() > 0);
    }

    @Override
    public synchronized void start() {
        stopped = false;
    }

    /** Ends all processes, whose readers are told so, and waits for that, a second at most. */
    @Override
    public void stop() {
        List<WorkerPool> all;
        synchronized (this) {
            stopped = true;
            all = all();
            pools.clear();
            if (keeper != null) {
                keeper.interrupt();
                keeper = null;
            }
        }
        List<Worker> workers = all.stream().flatMap(pool -> pool.stop().stream()).toList();
        workers.forEach(Worker::retire);
        List<ProcessTree> trees = workers.stream().map(Worker::process).filter(process -> process != null)
                .map(ProcessTree::new).toList();
        trees.forEach(ProcessTree::terminate);
        long deadline = System.nanoTime() + ProcessTree.GRACE.toNanos();
        trees.forEach(tree -> tree.killAfter(Duration.ofNanos(deadline - System.nanoTime())));
        atMachineEnd.unhook();
    }
}
