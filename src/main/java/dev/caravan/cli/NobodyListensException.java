package dev.caravan.cli;

/** No server is at the address. */
final class NobodyListensException extends Exception {
    private static final long serialVersionUID = 1L;

    NobodyListensException() {
        super(null, null, false, false);
    }
}
