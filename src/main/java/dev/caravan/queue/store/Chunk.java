package dev.caravan.queue.store;

import java.util.List;

/**
 * Requests of a batch that are to be sent to their queue together.
 *
 * @param batchId   the id of the batch
 * @param positions the places of those that have no result yet
 */
public record Chunk(long batch, String batchId, String lane, int number, int generation, List<Integer> positions) {
    public Chunk {
        positions = List.copyOf(positions);
    }

    /** One message for each request. */
    public List<Wakeup> wakeups() {
        return positions.stream().map(position -> new Wakeup(batch, lane, position, number, generation)).toList();
    }
}
