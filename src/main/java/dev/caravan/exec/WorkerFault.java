package dev.caravan.exec;

/** A kept process has broken the protocol; the message goes on behind the provider's name. */
final class WorkerFault extends Exception {
    private static final long serialVersionUID = 1L;

    WorkerFault(String message) {
        super(message, null, false, false);
    }
}
