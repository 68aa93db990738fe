package dev.caravan.chatcompletions;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.MessageJson;
import dev.caravan.message.ReplyFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Failures in OpenAI's envelope, {@code {"error":{"message","type","param","code"}}}. In a stream the envelope is an event without
 * a name, after which there is no {@code [DONE]}: OpenAI's SDKs throw for any event whose data has an {@code error}. Thread-safe.
 *
 * @see <a href="https://platform.openai.com/docs/guides/error-codes">OpenAI: Error codes</a>
 */
final class ChatErrors implements ReplyFormat {
    private static final Pattern FIELD = Pattern.compile("([a-z_]+(?:[.\\[][A-Za-z0-9_]+\\]?)*): (.*)", Pattern.DOTALL);
    private static final int SERVICE_UNAVAILABLE = 503;

    private final FieldPaths paths;

    /** @param paths where the fields came from of which failures speak in the Messages API's terms */
    ChatErrors(FieldPaths paths) {
        this.paths = paths;
    }

    /** Overload is Anthropic's 529 there and 503 here. */
    @Override
    public int status(ApiException failure) {
        return failure.status() == ErrorType.OVERLOADED_ERROR.status() ? SERVICE_UNAVAILABLE : failure.status();
    }

    @Override
    public byte[] envelope(ApiException failure, String requestId) {
        Told told = told(failure);
        return MessageJson.write(out -> {
            out.writeObjectFieldStart("error");
            out.writeStringField("message", told.message);
            out.writeStringField("type", type(failure.type()));
            out.writeStringField("param", told.param);
            out.writeStringField("code", code(failure, told));
            out.writeEndObject();
        });
    }

    @Override
    public String errorEvent() {
        return "";
    }

    @Override
    public boolean takesMessageEvents() {
        return false;
    }

    private Told told(ApiException failure) {
        String message = failure.getMessage();
        Matcher field = FIELD.matcher(message);
        boolean aboutRequest = failure.type() == ErrorType.INVALID_REQUEST_ERROR
                || failure.type() == ErrorType.NOT_FOUND_ERROR;
        if (!aboutRequest || !field.matches()) {
            return new Told(message, null);
        }
        String param = paths.origin(field.group(1));
        return failure.type() == ErrorType.NOT_FOUND_ERROR && param.equals("model")
                ? new Told("The model `" + field.group(2) + "` does not exist", param)
                : new Told(param + ": " + field.group(2), param);
    }

    private static String type(ErrorType type) {
        return switch (type) {
            case INVALID_REQUEST_ERROR, AUTHENTICATION_ERROR, PERMISSION_ERROR, NOT_FOUND_ERROR, CONFLICT_ERROR,
                    REQUEST_TOO_LARGE ->
                "invalid_request_error";
            case BILLING_ERROR -> "insufficient_quota";
            case RATE_LIMIT_ERROR -> "rate_limit_error";
            case API_ERROR, TIMEOUT_ERROR, OVERLOADED_ERROR -> "server_error";
        };
    }

    private static String code(ApiException failure, Told told) {
        return switch (failure.type()) {
            case AUTHENTICATION_ERROR -> "invalid_api_key";
            case PERMISSION_ERROR -> "permission_denied";
            case NOT_FOUND_ERROR -> "model".equals(told.param) ? "model_not_found" : "unknown_url";
            case REQUEST_TOO_LARGE -> "request_too_large";
            case BILLING_ERROR -> "insufficient_quota";
            case RATE_LIMIT_ERROR -> "rate_limit_exceeded";
            case TIMEOUT_ERROR -> "timeout";
            case OVERLOADED_ERROR -> "overloaded";
            case INVALID_REQUEST_ERROR -> failure.status() == 405 ? "method_not_supported" : null;
            case CONFLICT_ERROR, API_ERROR -> null;
        };
    }

    private record Told(String message, String param) {}
}
