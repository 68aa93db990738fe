package dev.caravan.demo;

/** Holds a loop to so many rounds a second. A round that was late is not made up for by a burst of quick ones. */
final class Pace {
    private final long interval;
    private long next = System.nanoTime();

    /** @param perSecond rounds a second; 0 for no limit */
    Pace(double perSecond) {
        interval = perSecond == 0 ? 0 : (long) Math.min(Long.MAX_VALUE / 2, 1e9 / perSecond);
    }

    /** Waits until the next round is due; the first one is at once. */
    void await() throws InterruptedException {
        long now = System.nanoTime();
        if (next - now > 0) {
            Thread.sleep((next - now) / 1_000_000, (int) ((next - now) % 1_000_000));
            now = next;
        }
        next = now + interval;
    }
}
