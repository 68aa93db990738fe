package dev.caravan.message;

import java.util.Locale;

/**
 * The error types of the Messages API with the HTTP status that each has by default.
 *
 * @see <a href="https://platform.claude.com/docs/en/api/errors">Anthropic: Errors</a>
 */
public enum ErrorType {
    INVALID_REQUEST_ERROR(400), AUTHENTICATION_ERROR(401), BILLING_ERROR(402), PERMISSION_ERROR(403), NOT_FOUND_ERROR(
            404), CONFLICT_ERROR(409), REQUEST_TOO_LARGE(
                    413), RATE_LIMIT_ERROR(429), API_ERROR(500), TIMEOUT_ERROR(504), OVERLOADED_ERROR(529);

    private final int status;
    private final String wireName;

    ErrorType(int status) {
        this.status = status;
        this.wireName = name().toLowerCase(Locale.ROOT);
    }

    /** The HTTP status that goes with this type unless the failure has a closer one of its own. */
    public int status() {
        return status;
    }

    /** The value of {@code error.type} on the wire. */
    public String wireName() {
        return wireName;
    }

    /** The type whose wire name this is; {@link #API_ERROR} for a name that the API does not have. */
    public static ErrorType ofWireName(String name) {
        for (ErrorType type : values()) {
            if (type.wireName.equals(name)) {
                return type;
            }
        }
        return API_ERROR;
    }

    /**
     * The type for an HTTP status that an upstream answered. 408 is a time-out, 502 and 503 mean overload, other 4xx are the
     * request's fault and other 5xx the server's.
     */
    public static ErrorType ofStatus(int status) {
        return switch (status) {
            case 401 -> AUTHENTICATION_ERROR;
            case 402 -> BILLING_ERROR;
            case 403 -> PERMISSION_ERROR;
            case 404 -> NOT_FOUND_ERROR;
            case 408, 504 -> TIMEOUT_ERROR;
            case 409 -> CONFLICT_ERROR;
            case 413 -> REQUEST_TOO_LARGE;
            case 429 -> RATE_LIMIT_ERROR;
            case 502, 503, 529 -> OVERLOADED_ERROR;
            default -> status >= 400 && status < 500 ? INVALID_REQUEST_ERROR : API_ERROR;
        };
    }
}
