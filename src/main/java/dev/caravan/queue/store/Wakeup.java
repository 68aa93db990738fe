package dev.caravan.queue.store;

/**
 * What a message says: there is a request to be answered. The request itself is in the store.
 *
 * @param batch      the number of its batch
 * @param lane       the queue that its batch has it in
 * @param position   its place there
 * @param chunk      the chunk that it was sent with
 * @param generation how often that chunk has been sent; the message of an older one is stale
 */
public record Wakeup(long batch, String lane, int position, int chunk, int generation) {
    @Override
    public String toString() {
        return "batch " + batch + " " + lane + "/" + position;
    }
}
