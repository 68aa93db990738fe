package dev.caravan.exec;

import dev.caravan.config.ExecProvider;
import dev.caravan.config.WorkerSettings;
import dev.caravan.message.ApiException;
import dev.caravan.message.Text;
import java.io.InputStream;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
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

    private final PoolLock lock = new PoolLock();
    private final RequestQueue queue = new RequestQueue();
    private final WorkerSet workers;
    private final Backoff backoff = new Backoff();
    private WorkerFacts facts = WorkerFacts.NONE;
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
        this.workers = new WorkerSet(settings, (worker, what) -> lock
                .afterwards(() -> LOG.info("{}[{}] {}", provider.name(), worker.process().pid(), what)));
    }

    // What readers want

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
        PooledRequest request = lock.within(() -> {
            refuse(now);
            PooledRequest added = queue.add(line, now);
            dispatch(now);
            if (added.worker() == null) {
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
        if (queue.size() >= settings.queue() && workers.next() == null) {
            throw errors.full(settings.queue());
        }
        startFailure(now).ifPresent(why -> {
            throw PoolErrors.again(why, backoff.left(now));
        });
        workers.keepWarm();
    }

    /** Why no process could start and none will for now; empty when one may come to be ready. */
    private Optional<ApiException> startFailure(long now) {
        return workers.serves() ? Optional.empty() : backoff.refusal(now);
    }

    /** Gives requests to processes as long as there are both. */
    private void dispatch(long now) {
        while (queue.size() > 0) {
            Worker worker = workers.next();
            if (worker == null) {
                return;
            }
            PooledRequest request = queue.next();
            Duration waited = Duration.ofNanos(now - request.waitsSince());
            worker.give(request, now);
            workers.given(worker);
            lock.afterwards(() -> listener.assigned(provider.name(), waited));
        }
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
        lock.run(() -> {
            if (!request.over) {
                request.end(why);
                takeAway(request);
            }
        });
    }

    private void takeAway(PooledRequest request) {
        Worker worker = request.worker();
        if (worker == null) {
            queue.leave(request);
        } else {
            request.cancelling = true;
            request.cancelDeadline = System.nanoTime() + settings.cancel().toNanos();
            worker.cancel(request);
        }
    }

    // What processes tell

    /** A process is ready. */
    void ready(Worker worker, WorkerLine.ReadyLine line, WorkerFacts told) {
        long now = System.nanoTime();
        lock.run(() -> {
            long pid = worker.process().pid();
            if (worker.state() != Worker.State.STARTING) {
                lock.afterwards(() -> LOG.warn("{}[{}] says twice that it is ready", provider.name(), pid));
                return;
            }
            int concurrency = (int) Math.min(line.concurrency(), settings.concurrency());
            facts = told;
            workers.ready(worker, concurrency, now);
            backoff.started();
            dispatch(now);
            lock.afterwards(() -> {
                LOG.info("{}[{}] is ready after {} s, for {} requests at a time{}", provider.name(), pid,
                        worker.age(now).toMillis() / 1000.0, concurrency,
                        line.version() == null ? "" : ": " + Text.excerpt(line.version()));
                listener.loaded(provider.name(), worker.age(now));
            });
        });
    }

    /**
     * A process has said the last word of a request.
     *
     * @return false when the request is not its own any more
     */
    boolean answered(Worker worker, PooledRequest request) {
        long now = System.nanoTime();
        return lock.within(() -> {
            if (!worker.has(request)) {
                return false;
            }
            if (!request.over) {
                lock.afterwards(() -> listener.answered(provider.name(), request.work()));
            }
            request.over = true;
            queue.forget(request);
            worker.remove(request, now);
            backoff.wellDone(worker.startNanos());
            workers.relieved(worker);
            dispatch(now);
            return true;
        });
    }

    /** A process has ended, or was never there. */
    void ended(Worker worker, ApiException how) {
        long now = System.nanoTime();
        lock.run(() -> {
            if (worker.state() != Worker.State.ENDED) {
                boolean started = worker.state() != Worker.State.STARTING;
                boolean expected = worker.unwanted() && worker.reason() == null;
                workers.remove(worker);
                takeBack(worker, how, now);
                if (!expected) {
                    lock.afterwards(() -> LOG.warn("{}", how.getMessage()));
                    failed(now, started ? null : how);
                }
                dispatch(now);
            }
        });
        workerWanted.run();
    }

    private void failed(long now, ApiException toStart) {
        backoff.failed(now, toStart);
        replacing = true;
        // Rather than waiting for nothing.
        startFailure(now).ifPresent(why -> queue.failAll(() -> PoolErrors.again(why, backoff.left(now))));
    }

    private void takeBack(Worker worker, ApiException how, long now) {
        List<PooledRequest> held = worker.requests().stream()
                .sorted(Comparator.comparingLong((PooledRequest request) -> request.queuedNanos).reversed()).toList();
        for (PooledRequest request : held) {
            if (!stopped && request.retry(now)) {
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
        lock.run(() -> {
            queue.expire(now - settings.queueTimeout().toNanos(),
                    () -> errors.waitedTooLong(settings.queueTimeout()));
            for (Worker worker : workers.all()) {
                worker.requests().forEach(request -> lookAfter(worker, request, now));
                workers.lookAfter(worker, now);
                ApiException how = worker.look(now, settings.start(), settings.ping());
                if (how != null) {
                    ended(worker, how);
                }
            }
        });
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
            provider.timeouts().total().filter(total -> now - request.startedNanos() > total.toNanos())
                    .ifPresent(total -> end(request,
                            errors.timeout("the answer took longer than " + Seconds.told(total))));
        }
    }

    // What those who keep several pools want to know and do

    /** Whether a process should be started now. */
    boolean wantsWorker(long now) {
        return lock.within(() -> !stopped && workers.wantsAnother(queue.size()) && backoff.mayStart(now));
    }

    /** Whether a process should be started now, beside as many as may run, in place of one of them. */
    boolean wantsWorkerBeside(long now) {
        return lock.within(() -> !stopped && workers.wantsOneBeside() && backoff.mayStart(now));
    }

    /** Starts a process. */
    void startWorker() {
        Worker worker = new Worker(provider, launcher, this);
        lock.run(() -> {
            if (replacing) {
                lock.afterwards(() -> listener.restarted(provider.name()));
            }
            replacing = false;
            if (!stopped) {
                worker.start();
                workers.add(worker);
            }
        });
    }

    /** Has the {@code min} processes started that it keeps. */
    void warmUp() {
        lock.run(workers::keepWarm);
        workerWanted.run();
    }

    /** The bytes that its processes hold or, before that is known, are taken to need. */
    long memory() {
        return lock.within(workers::memory);
    }

    /** The bytes that one of its processes holds or is taken to need. */
    long memoryOf(Worker worker) {
        return lock.within(() -> workers.memoryOf(worker));
    }

    /** The bytes that another process is taken to need, 0 when that is not known. */
    long memoryOfNext() {
        return lock.within(workers::memoryOfNext);
    }

    /** The bytes of those of its processes that will be ended, and take no more requests. */
    long memoryOfLeaving() {
        return lock.within(workers::memoryOfLeaving);
    }

    /** How long a request has waited, zero when none does. */
    Duration longestWait(long now) {
        return lock.within(() -> queue.longestWait(now));
    }

    /** Whether a request has waited for long and no process will ever take it. */
    boolean starves(long now) {
        Duration patience = settings.queueTimeout().dividedBy(PATIENCE_OF_QUEUE_TIMEOUT);
        return lock.within(() -> !workers.serves() && queue.longestWait(now).compareTo(patience) > 0);
    }

    /** Its processes that take requests. */
    List<Worker> ready() {
        return lock.within(workers::ready);
    }

    /** Those of them that have nothing to do. */
    List<Worker> idle() {
        return lock.within(workers::idle);
    }

    /** Ends a process as soon as it has nothing to do, and keeps none until the next request comes. */
    void unload(Worker worker) {
        lock.run(() -> workers.unload(worker));
    }

    /** How all is. */
    PoolStatus status() {
        return lock.within(() -> new PoolStatus(provider.name(), settings.min(), workers.count(Worker.State.STARTING),
                workers.count(Worker.State.READY), workers.count(Worker.State.DRAINING), workers.running(),
                queue.size(), backoff.startFailure().map(Throwable::getMessage).orElse(""), facts));
    }

    /** Takes no more requests, fails those that there are, and names the processes that are to be ended. */
    List<Worker> stop() {
        return lock.within(() -> {
            stopped = true;
            queue.failAll(errors::stopping);
            workers.all().forEach(worker -> worker.requests().forEach(request -> request.end(errors.stopping())));
            return workers.all();
        });
    }
}
