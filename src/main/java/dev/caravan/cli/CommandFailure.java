package dev.caravan.cli;

/** A command did not do what it was asked for. The message is for people and holds no secret. */
final class CommandFailure extends Exception {
    private static final long serialVersionUID = 1L;

    CommandFailure(String message) {
        super(message, null, false, false);
    }
}
