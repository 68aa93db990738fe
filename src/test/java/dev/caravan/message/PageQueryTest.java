package dev.caravan.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageQueryTest {
    static Stream<Arguments> read() {
        return Stream.of(Arguments.of("", new PageQuery(20, null, null)),
                Arguments.of("beta=true", new PageQuery(20, null, null)),
                Arguments.of("limit=1&beta=true", new PageQuery(1, null, null)),
                Arguments.of("limit=1000&after_id=msgbatch_1", new PageQuery(1_000, "msgbatch_1", null)),
                Arguments.of("before_id=a%2Fb", new PageQuery(20, null, "a/b")));
    }

    @ParameterizedTest
    @MethodSource
    void read(String query, PageQuery page) {
        assertEquals(page, PageQuery.of(query, PageQuery.DEFAULT_LIMIT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1001", "-1", "", "x", "1.0", "99999999999", "%20"})
    void badLimits(String limit) {
        assertEquals("limit: expected an integer from 1 to 1000", failure("limit=" + limit));
    }

    @ParameterizedTest
    @CsvSource({"after_id=a&before_id=b, before_id: cannot be given together with after_id",
            "after_id=%zz, the URL is not encoded as it should be"})
    void refused(String query, String message) {
        assertEquals(message, failure(query));
    }

    @Test
    void theDefaultIsTheDoors() {
        assertEquals(1_000, PageQuery.of("", 1_000).limit());
    }

    private static String failure(String query) {
        ApiException failure = assertThrows(ApiException.class, () -> PageQuery.of(query, 20));
        assertEquals(400, failure.status());
        return failure.getMessage();
    }
}
