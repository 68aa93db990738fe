package dev.caravan.http;

import java.io.IOException;

/** The client has left or does not read its reply: there is nobody to tell. */
public final class ClientClosedException extends IOException {
    private static final long serialVersionUID = 1L;

    public ClientClosedException(String message) {
        super(message);
    }
}
