package dev.caravan.provider;

import java.io.IOException;

/** A provider could not be reached, or its connection broke before the head of its reply. */
public final class ProviderUnreachableException extends IOException {
    private static final long serialVersionUID = 1L;

    // No cause: Camel picks the handler of an exception by its innermost cause.
    ProviderUnreachableException(Exception cause) {
        super(cause.toString());
    }
}
