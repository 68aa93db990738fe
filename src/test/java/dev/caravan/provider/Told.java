package dev.caravan.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.caravan.message.ApiException;
import dev.caravan.message.EventText;
import dev.caravan.message.MessageAccumulator;
import dev.caravan.message.MessageEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What a client is told of a reply: events, in tests in the notation of {@link EventText}, and perhaps a failure behind them. */
public interface Told {
    List<MessageEvent> events();

    /** Null when the message is whole. */
    ApiException failure();

    /** Expects a whole message of these events. */
    default void is(String expected) {
        assertNull(failure());
        assertEquals(expected.strip(), EventText.of(events()));
    }

    /** Expects a failure behind these events. */
    default void fails(String expectedEvents, int status, String type, String message) {
        assertNotNull(failure(), () -> "no failure behind\n" + EventText.of(events()));
        assertEquals(expectedEvents.strip(), EventText.of(events()));
        assertEquals(status + " " + type + ": " + message,
                failure().status() + " " + failure().type().wireName() + ": " + failure().getMessage());
    }

    /** The message that the events add up to, as the client gets it without streaming. */
    default String message() {
        assertNull(failure());
        MessageAccumulator message = new MessageAccumulator();
        events().forEach(message::add);
        return new String(message.json(), StandardCharsets.UTF_8);
    }
}
