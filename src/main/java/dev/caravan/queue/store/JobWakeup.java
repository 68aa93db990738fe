package dev.caravan.queue.store;

/**
 * What a message says: there is a job to be done. The job itself is in the store.
 *
 * @param job        its number
 * @param id         what clients call it
 * @param lane       the queue it goes to
 * @param generation how often its message has been sent; an older message is stale
 */
public record JobWakeup(long job, String id, String lane, int generation) {
    @Override
    public String toString() {
        return id;
    }
}
