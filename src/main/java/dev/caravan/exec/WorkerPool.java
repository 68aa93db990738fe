package dev.caravan.exec;

import dev.caravan.config.ExecProvider;
import dev.caravan.config.WorkerSettings;
import dev.caravan.message.ApiException;
import dev.caravan.message.Text;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kept processes of a provider and the requests for them. A request is given to a process that has room, else it waits in one
 * queue, first come first served. Processes are started as requests want them, up to the most that may run, and {@code min} of
 * them in any case; one that dies is replaced, behind a pause that doubles each time.
 *
 * <p>
 * Of the requests that a dead process had, those that it had not begun to answer go back to the head of the queue, once; the others
 * fail. When a process cannot even start, those that wait are told why at once, and so are those that come before the next attempt.
 *
 * <p>
 * {@link WorkerPools} calls {@link #look} again and again, which is where time-outs are kept. Thread-safe; nobody waits in here.
 */
final class WorkerPool {
    private static final Logger LOG = LoggerFactory.getLogger("caravan.exec");

    /** After which part of the time that a request may wait others make room for it. */
    private static final int PATIENCE_OF_QUEUE_TIMEOUT = 4;

    private final ExecProvider provider;
    private final WorkerSettings settings;
    private final WorkerLauncher launcher;
    private final PoolListener listener;
    private final Runnable workerWanted;
    private final PoolErrors errors;

    private final ReentrantLock lock = new ReentrantLock();
    private final RequestQueue queue = new RequestQueue();
    private final List<Worker> workers = new ArrayList<>();
    private final Backoff backoff = new Backoff();
    /** The most requests that one process is given, which the last one that came to be ready has said. */
    private int perWorker;
    private long knownMemory;
    private boolean warm;
    private boolean stopped;
    private boolean replacing;

    /**
     * @param launcher starts processes
     * @param listener hears what becomes of them
     * @param workerWanted is run when a request waits for a process that should be started
     */
    WorkerPool(ExecProvider provider, WorkerLauncher launcher, PoolListener listener, Runnable workerWanted) {
        this.provider = provider;
        this.settings = provider.workers().orElseThrow();
        this.launcher = launcher;
        this.listener = listener;
        this.workerWanted = workerWanted;
        this.errors = new PoolErrors(provider.name());
        this.perWorker = settings.concurrency();
    }

    /**
     * Takes a request.
     *
     * @param line what the process reads, line feed included; its {@code id} names the request
     * @return what the process writes for it
     * @throws ApiException 529 {@code overloaded_error} when too many wait already, or the pool is stopped; 502 {@code api_error}
     *         when the process cannot be started and it is not yet time to try again
     */
    InputStream submit(byte[] line) {
        long now = System.nanoTime();
        PooledRequest request = locked(() -> {
            refuse(now);
            PooledRequest added = queue.add(line, now);
            dispatch(now);
            if (added.worker == null) {
                workerWanted.run();
            }
            return added;
        });
        return new RequestOutput(this, request);
    }

    private void refuse(long now) {
        if (stopped) {
            throw errors.stopping();
        }
        if (queue.size() >= settings.queue() && choose() == null) {
            throw errors.full(settings.queue());
        }
        startFailure(now).ifPresent(why -> {
            throw PoolErrors.again(why, backoff.left(now));
        });
        warm = true;
    }

    /** Why no process could start and none will for now; empty when one may come to be ready. */
    private Optional<ApiException> startFailure(long now) {
        boolean none = workers.stream().allMatch(worker -> worker.state() == Worker.State.DRAINING);
        return none ? backoff.refusal(now) : Optional.empty();
    }

    /** Gives requests to processes as long as there are both. */
    private void dispatch(long now) {
        while (queue.size() > 0) {
            Worker worker = choose();
            if (worker == null) {
                return;
            }
            PooledRequest request = queue.next();
            worker.give(request, now);
            listener.assigned(provider.name(), Duration.ofNanos(now - request.waitsSince));
            if (worker.served() >= settings.requests()) {
                worker.state(Worker.State.DRAINING);
            }
        }
    }

    /** The process with the least to do; of several the one that was used last, so that the others may be ended. */
    private Worker choose() {
        return workers.stream().filter(Worker::hasRoom).min(Comparator
                .comparingInt((Worker worker) -> worker.requests().size())
                .thenComparing(Comparator.comparingLong(Worker::usedNanos).reversed())).orElse(null);
    }

    /** Nobody reads its output any more. */
    void giveUp(PooledRequest request) {
        end(request, null);
    }

    /** It fails, which its reader is told behind what has come. */
    void fail(PooledRequest request, ApiException why) {
        end(request, why);
    }

    private void end(PooledRequest request, ApiException why) {
        locked(() -> {
            if (!request.over) {
                request.end(why);
                takeAway(request);
            }
            return request;
        });
    }

    private void takeAway(PooledRequest request) {
        if (request.worker == null) {
            queue.leave(request);
        } else {
            request.cancelling = true;
            request.cancelDeadline = System.nanoTime() + settings.cancel().toNanos();
            request.worker.cancel(request);
        }
    }

    // What processes tell

    /** A process is ready. */
    void ready(Worker worker, WorkerLine.ReadyLine line) {
        long now = System.nanoTime();
        lock.lock();
        try {
            if (worker.state() != Worker.State.STARTING) {
                LOG.warn("{}[{}] says twice that it is ready", provider.name(), worker.process().pid());
                return;
            }
            int concurrency = (int) Math.min(line.concurrency(), settings.concurrency());
            perWorker = concurrency;
            worker.ready(concurrency, now);
            backoff.started();
            LOG.info("{}[{}] is ready after {} s, for {} requests at a time{}", provider.name(), worker.process().pid(),
                    worker.age(now).toMillis() / 1000.0, concurrency,
                    line.version() == null ? "" : ": " + Text.excerpt(line.version()));
            dispatch(now);
        } finally {
            lock.unlock();
        }
        listener.loaded(provider.name(), worker.age(now));
    }

    /** A process has said the last word of a request. */
    void answered(Worker worker, PooledRequest request) {
        long now = System.nanoTime();
        boolean whole;
        lock.lock();
        try {
            whole = !request.over;
            request.over = true;
            queue.forget(request);
            worker.remove(request, now);
            backoff.wellDone(worker.startNanos());
            endDrained(worker);
            dispatch(now);
        } finally {
            lock.unlock();
        }
        if (whole) {
            listener.answered(provider.name(), request.work());
        }
    }

    private static void endDrained(Worker worker) {
        if (worker.state() == Worker.State.DRAINING && worker.requests().isEmpty()) {
            worker.retire();
        }
    }

    /** A process has ended, or was never there. */
    void ended(Worker worker, ApiException how) {
        long now = System.nanoTime();
        lock.lock();
        try {
            if (worker.state() == Worker.State.ENDED) {
                return;
            }
            boolean started = worker.state() != Worker.State.STARTING;
            boolean expected = worker.unwanted() && worker.reason() == null;
            worker.state(Worker.State.ENDED);
            workers.remove(worker);
            takeBack(worker, how);
            if (!expected) {
                LOG.warn("{}", how.getMessage());
                backoff.failed(now, started ? null : how);
                replacing = true;
                // Rather than waiting for nothing.
                startFailure(now)
                        .ifPresent(why -> queue.failAll(() -> PoolErrors.again(why, backoff.left(now))));
            }
            dispatch(now);
        } finally {
            lock.unlock();
        }
        workerWanted.run();
    }

    private void takeBack(Worker worker, ApiException how) {
        List<PooledRequest> held = worker.requests().stream()
                .sorted(Comparator.comparingLong((PooledRequest request) -> request.queuedNanos).reversed()).toList();
        for (PooledRequest request : held) {
            if (request.mayBeRetried() && !stopped) {
                request.retry(System.nanoTime());
                queue.putBack(request);
            } else {
                queue.forget(request);
                request.end(how);
            }
        }
        worker.requests().clear();
    }

    // What time brings

    /** Looks after time-outs, and after what should be ended. Called every so often, and when something has changed. */
    void look(long now) {
        List<Runnable> later = new ArrayList<>();
        lock.lock();
        try {
            queue.expire(now - settings.queueTimeout().toNanos(),
                    () -> errors.waitedTooLong(settings.queueTimeout()));
            for (Worker worker : List.copyOf(workers)) {
                worker.requests().forEach(request -> lookAfter(worker, request, now));
                lookAfter(worker, now);
                ApiException how = worker.look(now, settings.start(), settings.ping());
                if (how != null) {
                    later.add(() -> ended(worker, how));
                }
            }
        } finally {
            lock.unlock();
        }
        later.forEach(Runnable::run);
    }

    private void lookAfter(Worker worker, PooledRequest request, long now) {
        Duration idle = provider.timeouts().idle();
        if (request.cancelling) {
            if (now - request.cancelDeadline > 0) {
                worker.kill(errors.failure("the process was ended, because it did not give up a request"));
            }
        } else if (now - request.heardNanos() > idle.toNanos()) {
            end(request, errors.timeout("the process wrote nothing for " + Seconds.told(idle)));
        } else {
            provider.timeouts().total().filter(total -> now - request.startedNanos > total.toNanos())
                    .ifPresent(total -> end(request,
                            errors.timeout("the answer took longer than " + Seconds.told(total))));
        }
    }

    private void lookAfter(Worker worker, long now) {
        knownMemory = worker.memory() > 0 ? worker.memory() : knownMemory;
        if (worker.state() != Worker.State.READY) {
            return;
        }
        boolean full = settings.memory().isPresent() && worker.memory() > settings.memory().getAsLong();
        // A fresh one holds what the model needs; another would hold no less.
        if (full && worker.served() > 0) {
            LOG.info("{}[{}] is replaced, because it holds {} bytes", provider.name(), worker.process().pid(),
                    worker.memory());
            worker.state(Worker.State.DRAINING);
        } else if (isIdle(worker) && now - worker.usedNanos() > settings.idle().toNanos()
                && serving() > settings.min()) {
            worker.state(Worker.State.DRAINING);
        }
        endDrained(worker);
    }

    private long serving() {
        return workers.stream().filter(worker -> worker.state() != Worker.State.DRAINING).count();
    }

    // What those who keep several pools want to know and do

    private <T> T locked(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    /** Whether a process should be started now. */
    boolean wantsWorker(long now) {
        return locked(() -> {
            long starting = workers.stream().filter(worker -> worker.state() == Worker.State.STARTING).count();
            boolean wanted = warm && serving() < settings.min() || queue.size() > starting * perWorker;
            return wanted && !stopped && workers.size() < settings.max() && backoff.mayStart(now);
        });
    }

    /** Starts a process. */
    void startWorker() {
        Worker worker = new Worker(provider, launcher, this);
        boolean replaces = locked(() -> {
            boolean inPlaceOfAnother = replacing;
            replacing = false;
            if (!stopped) {
                worker.start();
                workers.add(worker);
            }
            return inPlaceOfAnother;
        });
        if (replaces) {
            listener.restarted(provider.name());
        }
    }

    /** Has the {@code min} processes started that it keeps. */
    void warmUp() {
        locked(() -> warm = true);
        workerWanted.run();
    }

    /** The bytes that its processes hold or, before they have said so, are taken to need. */
    long memory() {
        return locked(() -> workers.stream().mapToLong(this::memoryOf).sum());
    }

    /** The bytes that one of its processes holds or is taken to need. */
    long memoryOf(Worker worker) {
        return worker.memory() > 0 ? worker.memory() : memoryOfNext();
    }

    /** The bytes that another process is taken to need. */
    long memoryOfNext() {
        return locked(() -> knownMemory > 0 ? knownMemory : settings.memory().orElse(0));
    }

    /** The bytes of those of its processes that will be ended, and take no more requests. */
    long memoryOfLeaving() {
        return locked(() -> workers.stream().filter(worker -> worker.state() == Worker.State.DRAINING)
                .mapToLong(this::memoryOf).sum());
    }

    /** How long a request has waited, zero when none does. */
    Duration longestWait(long now) {
        return locked(() -> queue.longestWait(now));
    }

    /** Whether a request has waited for long and no process will ever take it. */
    boolean starves(long now) {
        Duration patience = settings.queueTimeout().dividedBy(PATIENCE_OF_QUEUE_TIMEOUT);
        return locked(() -> serving() == 0 && queue.longestWait(now).compareTo(patience) > 0);
    }

    /** Its processes that take requests. */
    List<Worker> ready() {
        return locked(() -> workers.stream().filter(worker -> worker.state() == Worker.State.READY).toList());
    }

    /** Those of them that have nothing to do. */
    List<Worker> idle() {
        return locked(() -> workers.stream().filter(WorkerPool::isIdle).toList());
    }

    private static boolean isIdle(Worker worker) {
        return worker.state() == Worker.State.READY && worker.requests().isEmpty();
    }

    /** Ends a process as soon as it has nothing to do, and keeps none until the next request comes. */
    void unload(Worker worker) {
        locked(() -> {
            if (worker.state() == Worker.State.READY) {
                LOG.info("{}[{}] is ended to make room for another model", provider.name(), worker.process().pid());
                warm = false;
                worker.state(Worker.State.DRAINING);
                endDrained(worker);
            }
            return worker;
        });
    }

    /** How all is. */
    PoolStatus status() {
        return locked(() -> {
            int[] states = new int[Worker.State.values().length];
            workers.forEach(worker -> states[worker.state().ordinal()]++);
            String failure = backoff.startFailure().map(Throwable::getMessage).orElse("");
            return new PoolStatus(provider.name(), settings.min(), states[Worker.State.STARTING.ordinal()],
                    states[Worker.State.READY.ordinal()], states[Worker.State.DRAINING.ordinal()],
                    workers.stream().mapToInt(worker -> worker.requests().size()).sum(), queue.size(), failure);
        });
    }

    /** Takes no more requests, fails those that there are, and names the processes that are to be ended. */
    List<Worker> stop() {
        return locked(() -> {
            stopped = true;
            queue.failAll(errors::stopping);
            workers.forEach(worker -> worker.requests().forEach(request -> request.end(errors.stopping())));
            return List.copyOf(workers);
        });
    }
}
