package dev.caravan.provider;

import java.io.IOException;

/** The connection broke before all of the request was sent, so that the server cannot have begun to answer it. */
final class RequestCutOffException extends IOException {
    private static final long serialVersionUID = 1L;

    RequestCutOffException(IOException cause) {
        super("the connection broke before the request was sent", cause);
    }
}
