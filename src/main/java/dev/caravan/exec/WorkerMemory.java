package dev.caravan.exec;

/** What a kept process holds: by its own word, or as the system tells as long as it says nothing. Thread-safe. */
final class WorkerMemory {
    private volatile long bytes;
    private volatile boolean told;
    private volatile long fresh;

    /**
     * The process has had an opportunity to say it.
     *
     * @param said the bytes, 0 when it does not know
     * @param process asked for instead
     */
    void weigh(long said, Process process) {
        if (said > 0) {
            told = true;
            bytes = said;
        } else if (!told) {
            bytes = ResidentMemory.of(process.pid()).orElse(bytes);
        }
    }

    /** The process has come to be ready: what it holds now the model needs, and another one would hold as well. */
    void ready() {
        fresh = bytes;
    }

    /** In bytes; 0 before it is ready. */
    long bytes() {
        return bytes;
    }

    /** Whether that is the process's own word. */
    boolean isTold() {
        return told;
    }

    /** What it was when the process came to be ready. */
    long fresh() {
        return fresh;
    }
}
