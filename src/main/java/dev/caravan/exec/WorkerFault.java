package dev.caravan.exec;

/** A kept process has broken the protocol; the message goes on behind the provider's name, the detail is for the log alone. */
final class WorkerFault extends Exception {
    private static final long serialVersionUID = 1L;

    private final String detail;

    WorkerFault(String message) {
        this(message, "");
    }

    /** @param detail what helps to find where the line came from, without a word of a prompt or an answer */
    WorkerFault(String message, String detail) {
        super(message, null, false, false);
        this.detail = detail;
    }

    String detail() {
        return detail;
    }
}
