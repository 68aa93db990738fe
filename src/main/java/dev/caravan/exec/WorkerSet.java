package dev.caravan.exec;

import dev.caravan.config.WorkerSettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * The processes of a pool: which there are, which one takes the next request, whether there should be another, which are to go,
 * and what memory they need.
 *
 * <p>
 * One that has answered its number of requests, or holds too much memory, is due to be replaced. It goes on taking requests that no
 * other can take, until another has come to be ready, or until it has nothing to do: nobody waits behind its longest answer. Not
 * thread-safe.
 */
final class WorkerSet {
    private final WorkerSettings settings;
    private final BiConsumer<Worker, String> log;
    private final List<Worker> workers = new ArrayList<>();
    /** The most requests that one process is given, which the last one that came to be ready has said. */
    private int perWorker;
    private long knownMemory;
    private boolean warm;

    /** @param log takes what becomes of a process and why, for people; must not hold up */
    WorkerSet(WorkerSettings settings, BiConsumer<Worker, String> log) {
        this.settings = settings;
        this.log = log;
        this.perWorker = settings.concurrency();
    }

    /** All, whatever they do. */
    List<Worker> all() {
        return List.copyOf(workers);
    }

    void add(Worker worker) {
        workers.add(worker);
    }

    /** It has ended. */
    void remove(Worker worker) {
        worker.state(Worker.State.ENDED);
        workers.remove(worker);
    }

    /** From now on as many run as are kept when there is nothing to do. */
    void keepWarm() {
        warm = true;
    }

    /**
     * The process that takes the next request, null when none can: the one with the least to do, and of several the one that was
     * used last, so that the others may be ended.
     */
    Worker next() {
        return workers.stream().filter(Worker::hasRoom).min(Comparator.comparing(Worker::isDue)
                .thenComparingInt(worker -> worker.requests().size())
                .thenComparing(Comparator.comparingLong(Worker::usedNanos).reversed())).orElse(null);
    }

    /** It was given a request. */
    void given(Worker worker) {
        if (worker.served() >= settings.requests() && !worker.isDue()) {
            replace(worker, "has had " + worker.served() + " requests");
        }
    }

    private void replace(Worker worker, String why) {
        log.accept(worker, "is to be replaced, because it " + why);
        worker.due();
    }

    /** It takes requests, so many at a time, from now on: the place of one that is due to be replaced. */
    void ready(Worker worker, int requestsAtATime, long now) {
        perWorker = requestsAtATime;
        worker.ready(requestsAtATime, now);
        if (exceeds(worker.memory().fresh())) {
            log.accept(worker,
                    "holds " + worker.memory().fresh() + " bytes and has not done anything yet: more than its "
                            + "memory in caravan.yaml, for which it is not replaced, since another would hold as much");
        }
        workers.stream().filter(WorkerSet::isToBeReplaced).findFirst().ifPresent(WorkerSet::drain);
    }

    private static boolean isToBeReplaced(Worker worker) {
        return worker.state() == Worker.State.READY && worker.isDue();
    }

    private static void drain(Worker worker) {
        worker.state(Worker.State.DRAINING);
        endIfDrained(worker);
    }

    private static void endIfDrained(Worker worker) {
        if (worker.state() == Worker.State.DRAINING && worker.requests().isEmpty()) {
            worker.retire();
        }
    }

    /** It has one request less. */
    void relieved(Worker worker) {
        if (isToBeReplaced(worker) && worker.requests().isEmpty() && count(Worker.State.STARTING) == 0) {
            worker.state(Worker.State.DRAINING);
        }
        endIfDrained(worker);
    }

    /** Looks whether a process should go. */
    void lookAfter(Worker worker, long now) {
        knownMemory = worker.memory().bytes() > 0 ? memoryOf(worker) : knownMemory;
        if (worker.state() == Worker.State.READY) {
            // What one holds that has not worked, or as soon as it is ready, another would hold as well.
            boolean hasGrown = worker.served() > 0 && !exceeds(worker.memory().fresh());
            if (hasGrown && exceeds(worker.memory().bytes()) && !worker.isDue()) {
                replace(worker, "holds " + worker.memory().bytes() + " bytes");
            } else if (isIdle(worker) && now - worker.usedNanos() > settings.idle().toNanos()
                    && serving() > settings.min()) {
                worker.state(Worker.State.DRAINING);
            }
        }
        relieved(worker);
    }

    private boolean exceeds(long bytes) {
        return settings.memory().isPresent() && bytes > settings.memory().getAsLong();
    }

    /** Ends one as soon as it has nothing to do, for others' sake, and keeps none until the next request comes. */
    void unload(Worker worker) {
        if (worker.state() == Worker.State.READY) {
            log.accept(worker, "is ended to make room for another model");
            warm = false;
            drain(worker);
        }
    }

    /** Whether another one should be started. */
    boolean wantsAnother(int waiting) {
        long starting = count(Worker.State.STARTING);
        boolean wanted = warm && serving() < settings.min() || waiting > starting * perWorker || lacksReplacement();
        return wanted && workers.size() < settings.max();
    }

    /** Whether one is due to be replaced, and another could only be started beside as many as there may be. */
    boolean wantsOneBeside() {
        return lacksReplacement() && workers.size() == settings.max();
    }

    private boolean lacksReplacement() {
        return count(Worker.State.STARTING) == 0 && workers.stream().anyMatch(WorkerSet::isToBeReplaced);
    }

    /** Whether one takes requests, or will. */
    boolean serves() {
        return serving() > 0;
    }

    private long serving() {
        return workers.size() - count(Worker.State.DRAINING);
    }

    int count(Worker.State state) {
        return (int) workers.stream().filter(worker -> worker.state() == state).count();
    }

    /** How many requests they have. */
    int running() {
        return workers.stream().mapToInt(worker -> worker.requests().size()).sum();
    }

    /** Those that take requests. */
    List<Worker> ready() {
        return workers.stream().filter(worker -> worker.state() == Worker.State.READY).toList();
    }

    /** Those of them that have nothing to do. */
    List<Worker> idle() {
        return workers.stream().filter(WorkerSet::isIdle).toList();
    }

    private static boolean isIdle(Worker worker) {
        return worker.state() == Worker.State.READY && worker.requests().isEmpty();
    }

    /** The bytes that they hold or, before that is known, are taken to need. */
    long memory() {
        return workers.stream().mapToLong(this::memoryOf).sum();
    }

    /**
     * The bytes that one holds or is taken to need. What the system tells of a process is not all that it may hold, on a GPU or in
     * what it has started: less than what it was said to need does not count.
     */
    long memoryOf(Worker worker) {
        if (worker.memory().bytes() == 0) {
            return memoryOfNext();
        }
        return worker.memory().isTold()
                ? worker.memory().bytes()
                : Math.max(worker.memory().bytes(), settings.memory().orElse(0));
    }

    /** The bytes that another one is taken to need, 0 when that is not known. */
    long memoryOfNext() {
        return knownMemory > 0 ? knownMemory : settings.memory().orElse(0);
    }

    /** The bytes of those that will be ended, and take no more requests. */
    long memoryOfLeaving() {
        return workers.stream().filter(worker -> worker.state() == Worker.State.DRAINING).mapToLong(this::memoryOf)
                .sum();
    }
}
