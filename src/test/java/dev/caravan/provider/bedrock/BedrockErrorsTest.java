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
import org.junit.jupiter.params.provider.ValueSource;

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

    private static String inStream(String type, String told) {
        ApiException failure = BedrockErrors.inStream(type,
                ("{\"message\":\"" + told + "\"}").getBytes(StandardCharsets.UTF_8));
        return failure.status() + " " + failure.type().wireName() + ": " + failure.getMessage();
    }

    /** What AWS says of credentials names accounts and repeats what was signed; in a stream as in a status. */
    @ParameterizedTest
    @ValueSource(strings = {"accessDeniedException", "expiredTokenException", "unrecognizedClientException"})
    void aRefusedCredentialInAStreamIsNotExplained(String type) {
        assertEquals("502 api_error: the provider refused the gateway's credential (" + type + ")",
                inStream(type, "User: arn:aws:iam::123456789012:user/caravan is not authorized"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        bad header Authorization: Bearer ABSKQmVkcm9ja0FQSUtleQ== | bad header Authorization: [redacted]
        the key ABSKQmVkcm9ja0FQSUtleS1leGFtcGxl is over          | the key [redacted] is over
        key bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t= expired | key [redacted] expired
        access key AKIAIOSFODNN7EXAMPLE, ASIAIOSFODNN7EXAMPLE     | access key [redacted], [redacted]
        Credential=AKIDEXAMPLE/20150830/us-east-1/bedrock, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb | [redacted], [redacted]
        X-Amz-Security-Token: IQoJb3JpZ2luX2VjEXAMPLE//token== x  | [redacted] x
        the signature of tool f does not match its schema         | the signature of tool f does not match its schema
        """)
    void noSecretIsTold(String told, String expected) {
        assertEquals("400 invalid_request_error: " + expected, inStream("validationException", told));
        assertEquals("400 invalid_request_error: " + expected, failure(400,
                Map.of("x-amzn-errortype", "ValidationException"), "{\"message\":\"" + told + "\"}"));
    }
}
