package dev.caravan.queue.work;

/** What this node has taken from a queue and is at. Thread-safe. */
public interface InHand {
    /** How much there is. */
    int size();

    /** Stops all of it: it goes back to where it came from. */
    void stop();
}
