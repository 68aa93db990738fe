package dev.caravan.queue.request;

import dev.caravan.message.Call;
import dev.caravan.queue.work.InHand;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The requests of the JMS door that this node is at. Thread-safe. */
public final class RequestsInHand implements InHand {
    private final Set<Call> calls = ConcurrentHashMap.newKeySet();

    void add(Call call) {
        calls.add(call);
        call.onComplete(() -> calls.remove(call));
    }

    @Override
    public int size() {
        return calls.size();
    }

    @Override
    public void stop() {
        calls.forEach(call -> call.getCancellation().cancel());
    }
}
