package dev.caravan.message;

import com.fasterxml.jackson.core.util.BufferRecycler;
import com.fasterxml.jackson.core.util.RecyclerPool;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The buffers that JSON is read and written with, kept for the next one who does. A thread looks in the one shelf that its number
 * gives it, which it shares with few others, and makes new ones where it finds none; what does not fit there any more is dropped.
 * Jackson's own pool for virtual threads is a queue that all of them share: with streams on every processor, taking from it and
 * giving back took a quarter of the time that a chunk is read in. Thread-safe.
 */
public final class JsonBuffers implements RecyclerPool<BufferRecycler> {
    private static final long serialVersionUID = 1L;
    /** Nobody waits while it reads or writes, so there are never many at it. */
    private static final int SHELVES = 4 * Runtime.getRuntime().availableProcessors();
    /** For one who reads while it writes, and for another thread that has come in between. */
    private static final int PLACES = 4;
    /** So far apart that no two shelves are in one line of a processor's cache. */
    private static final int DISTANCE = 16;

    private final AtomicReferenceArray<BufferRecycler> kept = new AtomicReferenceArray<>(SHELVES * DISTANCE);

    @Override
    public BufferRecycler acquirePooled() {
        int shelf = shelf();
        for (int i = shelf; i < shelf + PLACES; i++) {
            BufferRecycler buffers = kept.get(i) == null ? null : kept.getAndSet(i, null);
            if (buffers != null) {
                return buffers;
            }
        }
        return new BufferRecycler();
    }

    @Override
    public void releasePooled(BufferRecycler buffers) {
        int shelf = shelf();
        for (int i = shelf; i < shelf + PLACES; i++) {
            if (kept.get(i) == null) {
                kept.setRelease(i, buffers); // what another thread has put there since is garbage
                return;
            }
        }
    }

    private static int shelf() {
        return (int) (Thread.currentThread().threadId() % SHELVES) * DISTANCE;
    }
}
