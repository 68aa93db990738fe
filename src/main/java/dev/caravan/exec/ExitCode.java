package dev.caravan.exec;

/** What the exit code of a process says. */
final class ExitCode {
    /** Exit codes above tell the signal that ended the process. */
    private static final int SIGNAL_BASE = 128;
    private static final int LAST_SIGNAL = 64;

    private ExitCode() {}

    /** As in "the process {@code exited with code 3}". */
    static String told(int exit) {
        boolean signalled = exit > SIGNAL_BASE && exit <= SIGNAL_BASE + LAST_SIGNAL;
        return signalled ? "was ended by signal " + (exit - SIGNAL_BASE) : "exited with code " + exit;
    }
}
