package dev.caravan.queue.job;

import dev.caravan.queue.store.JobProgress;
import dev.caravan.queue.store.JobStore;
import dev.caravan.queue.work.InHand;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Keeps an eye on the jobs that somebody follows here and on those that this node is at: however many follow, the store is asked
 * once each time that the timer calls. What this node writes itself is told at once. Thread-safe.
 */
public final class JobWatch implements Processor, InHand {
    private final JobStore store;
    private final Map<Long, Watched> followed = new ConcurrentHashMap<>();
    private final Set<JobAttempt> inHand = ConcurrentHashMap.newKeySet();

    public JobWatch(JobStore store) {
        this.store = store;
    }

    void begun(JobAttempt attempt) {
        inHand.add(attempt);
        tell(attempt.work().job(), attempt.progress());
    }

    void over(JobAttempt attempt) {
        inHand.remove(attempt);
    }

    @Override
    public int size() {
        return inHand.size();
    }

    @Override
    public void stop() {
        inHand.forEach(attempt -> attempt.call().getCancellation().cancel());
    }

    /** Looks once: followers are told what is new, attempts at jobs that are over are stopped. */
    @Override
    public void process(Exchange exchange) {
        Set<Long> jobs = new HashSet<>(followed.keySet());
        Set<JobAttempt> attempts = Set.copyOf(inHand);
        attempts.forEach(attempt -> jobs.add(attempt.work().job()));
        if (jobs.isEmpty()) {
            return;
        }
        Map<Long, JobProgress> now = store.progress(jobs);
        attempts.stream().filter(attempt -> !attempt.isTheNewest(now.get(attempt.work().job())))
                .forEach(attempt -> attempt.call().getCancellation().cancel());
        followed.forEach((job, watched) -> {
            if (jobs.contains(job)) {
                watched.set(now.get(job));
            }
        });
    }

    /** What this node has just written. */
    void tell(long job, JobProgress now) {
        Watched watched = followed.get(job);
        if (watched != null) {
            watched.set(now);
        }
    }

    /** Begins to watch the job for somebody who closes what is returned in the end. */
    Watched follow(long job) {
        return followed.compute(job, (number, watched) -> {
            Watched there = watched == null ? new Watched(number) : watched;
            there.followers++;
            return there;
        });
    }

    /** A job that is followed. */
    final class Watched implements AutoCloseable {
        private final long job;
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private int followers; // guarded by the map
        private JobProgress latest;
        private boolean gone;

        private Watched(long job) {
            this.job = job;
        }

        private void set(JobProgress now) {
            lock.lock();
            try {
                // What was read may be older than what was told meanwhile.
                if (now == null) {
                    gone = true;
                } else if (latest == null || latest.before(now)) {
                    latest = now;
                }
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        /** Waits until the job is further than it was; null when it is there no more. */
        JobProgress awaitChange(JobProgress seen) throws InterruptedException {
            lock.lock();
            try {
                while (!gone && (latest == null || !seen.before(latest))) {
                    changed.await();
                }
                return gone ? null : latest;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            followed.computeIfPresent(job, (number, watched) -> --watched.followers == 0 ? null : watched);
        }
    }
}
