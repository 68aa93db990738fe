package dev.caravan.chatcompletions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Failures as OpenAI's clients are told of them. */
@Tag("case-15")
class ChatErrorsTest {
    private final FieldPaths paths = new FieldPaths();
    private final ChatErrors errors = new ChatErrors(paths);

    private String told(ApiException failure) {
        return new String(errors.envelope(failure, "req_1"), UTF_8);
    }

    private static String envelope(String message, String type, String param, String code) {
        return "{\"error\":{\"message\":\"" + message + "\",\"type\":\"" + type + "\",\"param\":" + quoted(param)
                + ",\"code\":" + quoted(code) + "}}";
    }

    private static String quoted(String text) {
        return text == null ? "null" : "\"" + text + "\"";
    }

    @ParameterizedTest
    @CsvSource({"INVALID_REQUEST_ERROR, 400, invalid_request_error, ",
            "AUTHENTICATION_ERROR, 401, invalid_request_error, invalid_api_key",
            "BILLING_ERROR, 402, insufficient_quota, insufficient_quota",
            "PERMISSION_ERROR, 403, invalid_request_error, permission_denied",
            "NOT_FOUND_ERROR, 404, invalid_request_error, unknown_url",
            "CONFLICT_ERROR, 409, invalid_request_error, ",
            "REQUEST_TOO_LARGE, 413, invalid_request_error, request_too_large",
            "RATE_LIMIT_ERROR, 429, rate_limit_error, rate_limit_exceeded", "API_ERROR, 500, server_error, ",
            "TIMEOUT_ERROR, 504, server_error, timeout", "OVERLOADED_ERROR, 503, server_error, overloaded"})
    void everyTypeHasACounterpart(ErrorType type, int status, String told, String code) {
        ApiException failure = new ApiException(type, "because of \"x\"");
        assertEquals(status, errors.status(failure));
        assertEquals(envelope("because of \\\"x\\\"", told, null, code), told(failure));
    }

    @Test
    void anUnusualStatusIsKept() {
        assertEquals(502, errors.status(new ApiException(502, ErrorType.API_ERROR, "x")));
        ApiException method = new ApiException(405, ErrorType.INVALID_REQUEST_ERROR, "x");
        assertEquals(envelope("x", "invalid_request_error", null, "method_not_supported"), told(method));
    }

    @Test
    void theFieldIsTheClients() {
        paths.put("messages.0", "messages[1]");
        assertEquals(
                envelope("messages[1].content[2]: no: never", "invalid_request_error", "messages[1].content[2]", null),
                told(ApiException.invalid("messages.0.content.2", "no: never")));
        assertEquals(envelope("Field: required", "invalid_request_error", null, null),
                told(ApiException.invalid("", "Field: required")));
        assertEquals(envelope("provider up sent: x", "server_error", null, null),
                told(new ApiException(ErrorType.API_ERROR, "provider up sent: x")));
    }

    @Test
    void anUnknownModel() {
        assertEquals(
                envelope("The model `a: b` does not exist", "invalid_request_error", "model", "model_not_found"),
                told(new ApiException(ErrorType.NOT_FOUND_ERROR, "model: a: b")));
    }

    @Test
    void anUpstreamsOwnEnvelopeIsToldLikeTheOthers() {
        ApiException failure = ApiException.verbatim(429, ErrorType.RATE_LIMIT_ERROR, "slow down",
                "{\"type\":\"error\"}".getBytes(UTF_8));
        assertEquals(envelope("slow down", "rate_limit_error", null, "rate_limit_exceeded"), told(failure));
    }
}
