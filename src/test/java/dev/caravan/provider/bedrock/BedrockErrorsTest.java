package dev.caravan.provider.bedrock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiException;
import dev.caravan.provider.UpstreamReply;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** AWS's replies that are failures. */
@Tag("case-15")
class BedrockErrorsTest {
    private static String failure(int status, Map<String, String> headers, String body) {
        ApiException failure = BedrockErrors
                .ofResponse(new UpstreamReply("aws", status, headers, body.getBytes(StandardCharsets.UTF_8)));
        return failure.status() + " " + failure.type().wireName() + ": " + failure.getMessage();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        400 | ValidationException           | 400 invalid_request_error: the reason
        429 | ThrottlingException           | 429 rate_limit_error: the reason
        400 | ServiceQuotaExceededException | 429 rate_limit_error: the reason
        429 | ModelNotReadyException        | 529 overloaded_error: the reason
        408 | ModelTimeoutException         | 504 timeout_error: the reason
        424 | ModelErrorException           | 500 api_error: the reason
        404 | ResourceNotFoundException     | 404 not_found_error: the reason
        500 | InternalServerException       | 500 api_error: the reason
        503 | ServiceUnavailableException   | 529 overloaded_error: the reason
        424 | SomethingNewException         | 500 api_error: the reason
        413 | SomethingNewException         | 413 request_too_large: the reason
        403 | AccessDeniedException         | 502 api_error: provider aws refused the gateway's credential (HTTP 403, AccessDeniedException)
        403 | ExpiredTokenException         | 502 api_error: provider aws refused the gateway's credential (HTTP 403, ExpiredTokenException)
        400 | IncompleteSignatureException  | 502 api_error: provider aws refused the gateway's credential (HTTP 400, IncompleteSignatureException)
        403 | UnrecognizedClientException   | 502 api_error: provider aws refused the gateway's credential (HTTP 403, UnrecognizedClientException)
        """)
    void everyTypeHasItsPlace(int status, String type, String expected) {
        String body = "{\"message\":\"the reason\"}";
        assertEquals(expected, failure(status, Map.of("x-amzn-errortype", type), body));
        assertEquals(expected, failure(status,
                Map.of("x-amzn-errortype", type + ":http://internal.amazon.com/coral/com.amazon.bedrock/"), body));
        assertEquals(expected, failure(status, Map.of(),
                "{\"__type\":\"com.amazon.coral.service#" + type + "\",\"Message\":\"the reason\",\"n\":[1]}"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        400 | <html>no</html> | 400 invalid_request_error: provider aws answered HTTP 400
        502 | <html>no</html> | 529 overloaded_error: provider aws answered HTTP 502
        500 | {"mess          | 500 api_error: provider aws answered HTTP 500
        429 | {}              | 429 rate_limit_error: provider aws answered HTTP 429
        429 | []              | 429 rate_limit_error: provider aws answered HTTP 429
        301 | ''              | 502 api_error: provider aws answered HTTP 301
        401 | ''              | 502 api_error: provider aws refused the gateway's credential (HTTP 401)
        """)
    void bodiesThatSayNothing(int status, String body, String expected) {
        assertEquals(expected, failure(status, Map.of(), body));
    }

    @Test
    void aTypeThatIsNoneIsNotShown() {
        assertEquals("500 api_error: provider aws answered HTTP 500",
                failure(500, Map.of("x-amzn-errortype", "<script>"), ""));
        assertTrue(failure(400, Map.of(), "{\"message\":\"" + "x".repeat(9_000) + "\"}").length() < 600);
    }
}
