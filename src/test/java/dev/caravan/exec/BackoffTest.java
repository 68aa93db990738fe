package dev.caravan.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When the next process may be started, by the clock of the test. */
class BackoffTest {
    private final Backoff backoff = new Backoff();

    @Test
    void theFirstMayStartAtOnce() {
        assertTrue(backoff.mayStart(Long.MIN_VALUE));
        assertEquals(Duration.ZERO, backoff.left(17));
    }

    @Test
    void eachFailureDoublesThePauseUpToHalfAMinute() {
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            backoff.failed(i, null);
            pauses.add(backoff.left(i).toMillis());
        }
        assertEquals(List.of(250L, 500L, 1000L, 2000L, 4000L, 8000L, 16000L, 30000L, 30000L), pauses.subList(0, 9));
        assertEquals(30000L, pauses.getLast());
        assertFalse(backoff.mayStart(39 + Duration.ofSeconds(29).toNanos()));
        assertTrue(backoff.mayStart(39 + Duration.ofSeconds(30).toNanos()));
    }

    @Test
    void workDoneEndsIt() {
        backoff.failed(0, null);
        backoff.failed(0, null);
        backoff.wellDone(1);
        assertTrue(backoff.mayStart(0));
        backoff.failed(0, null);
        assertEquals(Duration.ofMillis(250), backoff.left(0));
    }

    @Test
    void workOfOneThatWasThereBeforeTheFailureDoesNotEndIt() {
        backoff.failed(10, null);
        backoff.wellDone(9);
        backoff.failed(20, null);
        backoff.wellDone(9);
        assertEquals(Duration.ofMillis(500), backoff.left(20));
        assertFalse(backoff.mayStart(20));
    }

    @Test
    void whyOneCouldNotStartIsToldUntilTheNextMay() {
        ApiException why = new ApiException(502, ErrorType.API_ERROR, "no such model");
        backoff.failed(0, why);
        assertEquals(Optional.of(why), backoff.refusal(1));
        assertEquals(Optional.empty(), backoff.refusal(Duration.ofMillis(250).toNanos()));
        backoff.started();
        assertEquals(Optional.empty(), backoff.refusal(1));
        backoff.failed(0, null);
        assertEquals(Optional.empty(), backoff.refusal(1));
    }
}
