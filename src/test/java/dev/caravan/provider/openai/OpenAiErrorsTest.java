package dev.caravan.provider.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP errors of a provider and what the client is told. */
@Tag("case-15")
class OpenAiErrorsTest {
    @ParameterizedTest
    @DisplayName("case 15: status and type")
    @CsvSource({"400,400,invalid_request_error", "402,402,billing_error", "404,404,not_found_error",
            "405,400,invalid_request_error", "408,504,timeout_error", "409,409,conflict_error",
            "413,413,request_too_large", "422,400,invalid_request_error", "429,429,rate_limit_error",
            "500,500,api_error", "502,529,overloaded_error", "503,529,overloaded_error", "504,504,timeout_error",
            "529,529,overloaded_error", "302,502,api_error"})
    void statusAndType(int upstream, int status, String type) {
        ApiException e = of(upstream,
                "{\"error\":{\"message\":\"words\",\"type\":\"t\",\"param\":null,\"code\":\"c\"}}");
        assertEquals(status + " " + type + " words", e.status() + " " + e.type().wireName() + " " + e.getMessage());
    }

    /** Caravan's own credential is none of the client's business, and not its fault. */
    @ParameterizedTest
    @DisplayName("case 15: a refused credential is that of Caravan")
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "401 | Incorrect API key provided: sk-abcd*******wxyz. You can find your API key at https://platform.openai.com/account/api-keys. | Incorrect API key provided: [redacted] You can find your API key at https://platform.openai.com/account/api-keys.",
            "401 | Authentication Fails, Your api key: ****cdef is invalid | Authentication Fails, Your api key: [redacted] is invalid",
            "403 | Key 9f8e7d6c5b4a39281706f5e4d3c2b1a0 is not allowed here | Key [redacted] is not allowed here",
            "403 | Country, region, or territory not supported | Country, region, or territory not supported"})
    void aRefusedCredential(int upstream, String message, String told) {
        ApiException e = of(upstream, "{\"error\":{\"message\":\"" + message + "\"}}");
        assertEquals(502, e.status());
        assertEquals("api_error", e.type().wireName());
        assertEquals("provider \"groq\" refused Caravan's own credential (HTTP " + upstream + "): " + told,
                e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html><body>401 Authorization Required</body></html>"})
    void aRefusedCredentialWithoutAReason(String body) {
        assertEquals("provider \"groq\" refused Caravan's own credential (HTTP 401)", of(401, body).getMessage());
    }

    @ParameterizedTest
    @DisplayName("case 15: JSON of any shape, HTML, nothing")
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {"{\"error\":{\"message\":\"words\"}} | words",
            "{\"error\":\"words\"} | words", "{\"message\":\"words\",\"code\":1} | words",
            "{\"detail\":\"words\"} | words",
            "[{\"error\":{\"code\":400,\"message\":\"words\",\"status\":\"INVALID_ARGUMENT\"}}] | words",
            "{\"object\":\"error\",\"message\":\"words\",\"type\":\"BadRequestError\",\"code\":400} | words",
            "plain words | plain words", "plain  words | plain words",
            // what no rule knows is told as it is
            "{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"field required\"}]} | {\"detail\":[{\"loc\":[\"body\"],\"msg\":\"field required\"}]}",
            "{\"error\":{\"code\":7}} | {\"error\":{\"code\":7}}",
            "{\"error\":{\"message\":\"cut | {\"error\":{\"message\":\"cut",
            // and where there is nothing to tell, who was silent
            "~~ | provider \"groq\" answered with HTTP 400 and no reason",
            "<!DOCTYPE html><title>Bad gateway</title> | provider \"groq\" answered with HTTP 400 and no reason",
            "{\"error\":{\"message\":\"use sk-proj-AbCdEf0123456789 instead\"}} | use [redacted] instead",
            "{\"error\":{\"message\":\"sent Authorization: Bearer abcdefgh.ijkl\"}} | sent Authorization: [redacted]",
            "{\"error\":{\"message\":\"the model gpt-4o-2024-08-06 takes 128000 tokens, task-list skipped_it\"}} | the model gpt-4o-2024-08-06 takes 128000 tokens, task-list skipped_it"})
    void theProvidersWords(String body, String message) {
        assertEquals(message, of(400, body == null ? "" : body).getMessage());
    }

    @Test
    void severalLinesBecomeOne() {
        assertEquals("upstream connect error. reset reason: overflow",
                of(500, "\r\n upstream connect error.\n\n\treset reason: overflow\n").getMessage());
    }

    @Test
    void aLongMessageIsCutAndNoKeyLeftInIt() {
        String message = of(500,
                "{\"error\":{\"message\":\"" + "word ".repeat(99) + "sk-" + "a1".repeat(3_000) + "\"}}").getMessage();
        assertEquals(501, message.length());
        assertTrue(message.endsWith("word [reda…"), message);
    }

    @Test
    void aHugeBodyTakesNoTime() {
        for (String body : new String[]{"a".repeat(4_000_000), "-".repeat(4_000_000), " ".repeat(4_000_000) + "x",
                "[".repeat(100_000), "{\"error\":".repeat(100_000)}) {
            Assertions.assertTimeout(Duration.ofSeconds(20), () -> of(401, body));
        }
    }

    @Test
    @DisplayName("case 15: retry-after is kept")
    void retryAfterIsKept() {
        byte[] body = "{\"error\":{\"message\":\"slow\"}}".getBytes(StandardCharsets.UTF_8);
        assertEquals(Map.of("retry-after", "7"),
                OpenAiErrors.ofResponse("p", 429, Map.of("Content-Type", "application/json", "Retry-After", "7"), body)
                        .headers());
        assertEquals(Map.of("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT"), OpenAiErrors
                .ofResponse("p", 503, Map.of("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT"), body).headers());
        assertEquals(Map.of(), OpenAiErrors.ofResponse("p", 429, Map.of("retry-after", "7\r\nx: y"), body).headers());
        assertEquals(Map.of(), OpenAiErrors.ofResponse("p", 429, Map.of(), body).headers());
    }

    @Test
    @DisplayName("case 15: the envelope holds no key of the provider")
    void theEnvelopeHoldsNoKeyOfTheProvider() {
        String envelope = new String(of(401, "{\"error\":{\"message\":\"bad gsk_A1b2C3d4E5f6\"}}").envelope("req_1"),
                StandardCharsets.UTF_8);
        assertFalse(envelope.contains("A1b2"), envelope);
    }

    private static ApiException of(int status, String body) {
        return OpenAiErrors.ofResponse("groq", status, Map.of(), body.getBytes(StandardCharsets.UTF_8));
    }
}
