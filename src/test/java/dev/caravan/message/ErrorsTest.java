package dev.caravan.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Versions, error types and stop reasons as clients and upstreams name them. */
class ErrorsTest {
    @ParameterizedTest
    @CsvSource(nullValues = "null", value = {"null,V2023_06_01", "'',V2023_06_01", "' ',V2023_06_01",
            "2023-06-01,V2023_06_01", "2026-10-21,V2026_10_21", "' 2026-10-21 ',V2026_10_21"})
    void versions(String header, ApiVersion expected) {
        assertEquals(expected, ApiVersion.ofHeader(header));
    }

    @Test
    void aVersionThatDoesNotExist() {
        ApiException refusal = assertThrows(ApiException.class, () -> ApiVersion.ofHeader("2024-01-01"));
        assertEquals("anthropic-version: \"2024-01-01\" is not a version of the API; known are 2023-06-01 and "
                + "2026-10-21", refusal.getMessage());
        assertEquals(400, refusal.status());
    }

    @ParameterizedTest
    @CsvSource({"400,INVALID_REQUEST_ERROR", "401,AUTHENTICATION_ERROR", "402,BILLING_ERROR", "403,PERMISSION_ERROR",
            "404,NOT_FOUND_ERROR", "408,TIMEOUT_ERROR", "409,CONFLICT_ERROR", "413,REQUEST_TOO_LARGE",
            "418,INVALID_REQUEST_ERROR", "422,INVALID_REQUEST_ERROR", "429,RATE_LIMIT_ERROR", "500,API_ERROR",
            "501,API_ERROR", "502,OVERLOADED_ERROR", "503,OVERLOADED_ERROR", "504,TIMEOUT_ERROR",
            "529,OVERLOADED_ERROR", "302,API_ERROR"})
    void typesOfStatuses(int status, ErrorType expected) {
        assertEquals(expected, ErrorType.ofStatus(status));
    }

    @ParameterizedTest
    @CsvSource({"INVALID_REQUEST_ERROR,invalid_request_error,400", "AUTHENTICATION_ERROR,authentication_error,401",
            "BILLING_ERROR,billing_error,402", "PERMISSION_ERROR,permission_error,403",
            "NOT_FOUND_ERROR,not_found_error,404", "CONFLICT_ERROR,conflict_error,409",
            "REQUEST_TOO_LARGE,request_too_large,413", "RATE_LIMIT_ERROR,rate_limit_error,429",
            "API_ERROR,api_error,500", "TIMEOUT_ERROR,timeout_error,504", "OVERLOADED_ERROR,overloaded_error,529"})
    void namesAndStatusesOfTypes(ErrorType type, String wireName, int status) {
        assertEquals(wireName, type.wireName());
        assertEquals(status, type.status());
        assertEquals(status, new ApiException(type, "m").status());
        assertSame(type, ErrorType.ofWireName(wireName));
    }

    @Test
    void aTypeThatTheApiDoesNotHave() {
        assertSame(ErrorType.API_ERROR, ErrorType.ofWireName("server_error"));
        assertSame(ErrorType.API_ERROR, ErrorType.ofWireName(null));
    }

    @ParameterizedTest
    @EnumSource(StopReason.class)
    void stopReasons(StopReason reason) {
        assertSame(reason, StopReason.ofWireName(reason.wireName()));
        assertNull(StopReason.ofWireName(reason.name()));
    }

    @Test
    void headersOfAFailure() {
        ApiException failure = new ApiException(503, ErrorType.OVERLOADED_ERROR, "busy")
                .header("Retry-After", "7").header("retry-after-ms", null);
        assertEquals(Map.of("Retry-After", "7"), failure.headers());
        assertEquals("7", failure.headers().get("retry-after"));
        assertEquals(0, failure.getStackTrace().length);
    }
}
