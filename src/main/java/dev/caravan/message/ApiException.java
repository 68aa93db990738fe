package dev.caravan.message;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * A failure as the client is told of it: an HTTP status, the API's error type and a message that holds no secret and no internals.
 * Thrown by any step; one place, the error route, turns it into the reply. It carries no stack trace, because it reports what
 * somebody sent, not where Caravan is broken.
 */
public final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final ErrorType type;
    private final transient byte[] body;
    private final transient Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    /** A failure with the status that its type has by default. */
    public ApiException(ErrorType type, String message) {
        this(type.status(), type, message, null);
    }

    /** A failure whose status is not the type's usual one, such as a 502 {@code api_error}. */
    public ApiException(int status, ErrorType type, String message) {
        this(status, type, message, null);
    }

    // No cause either: Camel picks the handler of an exception by its innermost cause, and this is the last word on a failure.
    private ApiException(int status, ErrorType type, String message, byte[] body) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
        this.body = body;
    }

    /**
     * An Anthropic upstream's own error envelope, which reaches the client byte for byte.
     *
     * @param body the envelope as the upstream sent it, JSON in UTF-8
     */
    public static ApiException verbatim(int status, ErrorType type, String message, byte[] body) {
        return new ApiException(status, type, message, body);
    }

    /** A request that breaks the API's rules; {@code path} names the field as in {@code messages.0.content.1.text}. */
    public static ApiException invalid(String path, String problem) {
        return new ApiException(ErrorType.INVALID_REQUEST_ERROR, path.isEmpty() ? problem : path + ": " + problem);
    }

    /**
     * The same failure in other words, to be told in place of this one.
     *
     * @param words makes them of the message and of an upstream's own envelope, UTF-8 both; the array that it is given may be what it
     *        returns
     */
    public ApiException reworded(UnaryOperator<byte[]> words) {
        String told = new String(words.apply(getMessage().getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
        ApiException other = new ApiException(status, type, told, body == null ? null : words.apply(body));
        other.headers.putAll(headers);
        return other;
    }

    /** Adds a header to the reply, such as {@code retry-after}; a null value adds nothing. Returns this. */
    public ApiException header(String name, String value) {
        if (value != null) {
            headers.put(name, value);
        }
        return this;
    }

    public int status() {
        return status;
    }

    public ErrorType type() {
        return type;
    }

    /** The headers that the reply carries beside its own, by name without regard to case. */
    public Map<String, String> headers() {
        return headers;
    }

    /**
     * The error envelope, JSON in UTF-8.
     *
     * @param requestId the id of the request that failed, as in the {@code request-id} header
     */
    public byte[] envelope(String requestId) {
        return body != null ? body : MessageJson.error(type, getMessage(), requestId);
    }
}
