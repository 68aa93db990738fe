package dev.caravan.cli;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLException;

/**
 * Why an HTTP request got no reply.
 *
 * @param kind what failed
 * @param text the same for people, without the address: {@code the connection was refused}
 */
record NetworkFailure(Kind kind, String text) {
    private static final int LONGEST_REASON = 200;

    /** The step at which it failed. */
    enum Kind {
        /** The host's name has no address. */
        UNKNOWN_HOST,
        /** Nobody listens there, or the way there is closed. */
        REFUSED,
        /** Nobody answered in time. */
        TIMEOUT,
        /** The connection stands, but a secure one could not be agreed upon. */
        TLS,
        /** The connection broke, or what came was no HTTP. */
        BROKEN
    }

    /** Tells the failure of {@link java.net.http.HttpClient}. */
    static NetworkFailure of(Throwable failure) {
        if (has(failure, UnresolvedAddressException.class) || has(failure, UnknownHostException.class)) {
            return new NetworkFailure(Kind.UNKNOWN_HOST, "the host's name has no address");
        }
        if (failure instanceof HttpConnectTimeoutException) {
            return new NetworkFailure(Kind.TIMEOUT, "no connection came about in time");
        }
        if (failure instanceof HttpTimeoutException) {
            return new NetworkFailure(Kind.TIMEOUT, "no answer came in time");
        }
        if (failure instanceof SSLException) {
            return new NetworkFailure(Kind.TLS, "no secure connection (TLS): " + reason(failure));
        }
        if (failure instanceof ConnectException) {
            return new NetworkFailure(Kind.REFUSED, "the connection was refused");
        }
        return new NetworkFailure(Kind.BROKEN, "the connection broke: " + reason(failure));
    }

    private static boolean has(Throwable failure, Class<? extends Throwable> type) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    private static String reason(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : TerminalText.line(message, LONGEST_REASON);
    }
}
