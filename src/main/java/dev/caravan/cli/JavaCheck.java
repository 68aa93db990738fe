package dev.caravan.cli;

/** Whether this Java is one that Caravan runs on, and runs well on. */
final class JavaCheck {
    private static final int OLDEST = 21;
    private static final int WITHOUT_PINNING = 24;

    private JavaCheck() {}

    /** The finding about a feature release such as 21. */
    static Finding of(int feature) {
        if (feature < OLDEST) {
            return Finding.problem("Java " + feature + " is too old", "install JDK " + OLDEST
                    + " or newer, and let JAVA_HOME name it");
        }
        if (feature < WITHOUT_PINNING) {
            return Finding.warning(
                    "Java " + feature + ": a virtual thread that waits in a synchronized block holds one of "
                            + "the few threads that carry all of them",
                    "JDK " + WITHOUT_PINNING
                            + " or newer serves more requests at a time");
        }
        return Finding.ok("Java " + feature);
    }
}
