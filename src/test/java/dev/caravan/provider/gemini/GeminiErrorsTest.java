package dev.caravan.provider.gemini;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiException;
import dev.caravan.provider.UpstreamReply;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP errors of Gemini and what the client is told. */
@Tag("case-15")
class GeminiErrorsTest {
    private static ApiException of(int status, String body) {
        return GeminiErrors
                .ofResponse(new UpstreamReply("google", status, Map.of(), body.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @CsvSource({"400,400,invalid_request_error", "404,404,not_found_error", "408,504,timeout_error",
            "409,409,conflict_error", "413,413,request_too_large", "429,429,rate_limit_error",
            "499,400,invalid_request_error",
            "500,500,api_error", "502,529,overloaded_error", "503,529,overloaded_error", "504,504,timeout_error",
            "302,502,api_error"})
    void statusAndType(int upstream, int status, String type) {
        for (String body : new String[]{"{\"error\":{\"code\":1,\"message\":\"words\",\"status\":\"X\"}}",
                "[{\"error\":{\"message\":\"words\"}}]", "[{},{\"error\":\"words\"}]", "words", "\n words\n"}) {
            ApiException e = of(upstream, body);
            assertEquals(status + " " + type + " words", e.status() + " " + e.type().wireName() + " " + e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<!DOCTYPE html><html>Error 400 (Bad Request)!!1</html>", "{}", "{\"error\":{}}",
            "{\"error\":{\"message\":\"\"}}", "[]"})
    void noReason(String body) {
        String words = body.startsWith("<") || body.isEmpty()
                ? "provider \"google\" answered with HTTP 400 and no reason"
                : body;
        assertEquals(words, of(400, body).getMessage());
    }

    /** Gemini calls a wrong key an invalid argument; neither that nor a 403 is the client's fault. */
    @Test
    void aRefusedCredential() {
        String invalid = "{\"error\":{\"code\":400,\"message\":\"API key not valid. Please pass a valid API key.\","
                + "\"status\":\"INVALID_ARGUMENT\",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\","
                + "\"reason\":\"API_KEY_INVALID\",\"domain\":\"googleapis.com\"}]}}";
        assertEquals(
                "502 api_error provider \"google\" refused Caravan's own credential (HTTP 400): API key not valid. "
                        + "Please pass a valid API key.",
                told(of(400, invalid)));
        String denied = "{\"error\":{\"code\":403,\"message\":\"Key AIzaSyA0123456789abcdef was reported as leaked\"}}";
        assertEquals(
                "502 api_error provider \"google\" refused Caravan's own credential (HTTP 403): Key [redacted] was "
                        + "reported as leaked",
                told(of(403, denied)));
        assertEquals("502 api_error provider \"google\" refused Caravan's own credential (HTTP 401)",
                told(of(401, "")));
    }

    private static String told(ApiException e) {
        return e.status() + " " + e.type().wireName() + " " + e.getMessage();
    }

    @ParameterizedTest
    @CsvSource({"34.4s,35", "34s,34", "0s,0", "0.000000001s,1", "999999999s,604800"})
    void retryInfo(String delay, String seconds) {
        assertEquals(seconds, retryAfter("\"" + delay + "\""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"-3s\"", "\"soon\"", "3", "\"1e9s\"", "\"\"", "null", "\"3\"", "\"3s\\r\\nx: y\"", "{}"})
    void retryInfoThatIsNone(String delay) {
        assertEquals(null, retryAfter(delay));
    }

    private static String retryAfter(String delay) {
        ApiException e = of(429,
                "{\"error\":{\"code\":429,\"message\":\"You exceeded your current quota, please check your plan.\","
                        + "\"status\":\"RESOURCE_EXHAUSTED\",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.QuotaFailure\","
                        + "\"violations\":[{\"quotaId\":\"x\"}]},"
                        + "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":" + delay + "}]}}");
        assertEquals("You exceeded your current quota, please check your plan.", e.getMessage());
        return e.headers().get("retry-after");
    }

    @Test
    void aLongMessageIsCutAndNoKeyLeftInIt() {
        String message = of(400,
                "{\"error\":{\"message\":\"" + "word ".repeat(99) + "AIzaSyA0123456789abcdef" + "x".repeat(9_000)
                        + "\"}}")
                .getMessage();
        assertTrue(message.length() <= 501, message);
        assertFalse(message.contains("AIza"), message);
    }
}
