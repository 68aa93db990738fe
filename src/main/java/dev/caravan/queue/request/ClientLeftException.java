package dev.caravan.queue.request;

/** The temporary queue for the answer is gone: there is nobody to tell. */
public final class ClientLeftException extends Exception {
    private static final long serialVersionUID = 1L;

    ClientLeftException() {
        super("the queue for the answer is gone");
    }
}
