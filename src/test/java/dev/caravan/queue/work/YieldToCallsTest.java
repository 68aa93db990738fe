package dev.caravan.queue.work;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.queue.Interruption;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Queued work that waits while others call. */
class YieldToCallsTest {
    private final AtomicInteger calls = new AtomicInteger(1);
    private final YieldToCalls yield = new YieldToCalls(calls::get, 1);

    private static Call attempt(Exchange exchange) {
        Call call = new Call();
        exchange.setProperty(Attempt.PROPERTY, new Attempt(null, 1, call, new Interruption()));
        return call;
    }

    @Test
    void whatIsStoppedBeforeItBeginsGivesItsPlaceBack() throws IOException {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            Exchange stopped = new DefaultExchange(context);
            Call call = attempt(stopped);
            call.getCancellation().cancel();
            assertThrows(ApiException.class, () -> yield.process(stopped));
            call.complete();

            Exchange next = new DefaultExchange(context);
            Call waiting = attempt(next);
            Thread thread = Thread.startVirtualThread(() -> yield.process(next));
            Awaitility.await("it begins").until(() -> !thread.isAlive());
            waiting.complete();
        }
    }
}
