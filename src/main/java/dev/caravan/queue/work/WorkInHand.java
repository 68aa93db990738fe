package dev.caravan.queue.work;

import dev.caravan.queue.store.WorkStore;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** The attempts that this node is at. Thread-safe. */
public final class WorkInHand implements InHand {
    private final Set<Attempt> attempts = ConcurrentHashMap.newKeySet();

    void add(Attempt attempt) {
        attempts.add(attempt);
    }

    void remove(Attempt attempt) {
        attempts.remove(attempt);
    }

    @Override
    public int size() {
        return attempts.size();
    }

    /** Stops the attempts whose batch has been cancelled or has expired: nobody waits for their answers any more. */
    void stopWhatIsOver(WorkStore store) {
        Set<Long> batches = attempts.stream().map(attempt -> attempt.work().wakeup().batch())
                .collect(Collectors.toSet());
        Set<Long> stopped = store.stopped(batches);
        attempts.stream().filter(attempt -> stopped.contains(attempt.work().wakeup().batch()))
                .forEach(attempt -> attempt.call().getCancellation().cancel());
    }

    @Override
    public void stop() {
        attempts.forEach(attempt -> attempt.call().getCancellation().cancel());
    }
}
