package dev.caravan.provider;

import java.net.SocketTimeoutException;

/** A provider did not take a connection or begin its reply in time. */
public final class ProviderSilentException extends SocketTimeoutException {
    private static final long serialVersionUID = 1L;

    // No cause: Camel picks the handler of an exception by its innermost cause.
    ProviderSilentException(Exception cause) {
        super(cause.toString());
    }
}
