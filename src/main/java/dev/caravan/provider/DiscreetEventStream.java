package dev.caravan.provider;

import dev.caravan.message.ApiException;
import dev.caravan.message.EventStream;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.RawEvent;

/**
 * A provider's events, of which none that tells a failure repeats the provider's credentials, and no failure of the stream does:
 * some servers tell the headers of a request that they refuse, in the midst of a reply too. All else passes as it is.
 */
final class DiscreetEventStream implements EventStream {
    private final EventStream events;
    private final ProviderHttpClient client;

    /** @param client whose credentials are not told */
    DiscreetEventStream(EventStream events, ProviderHttpClient client) {
        this.events = events;
        this.client = client;
    }

    @Override
    public boolean hasNext() {
        return events.hasNext();
    }

    @Override
    public MessageEvent next() {
        try {
            MessageEvent event = events.next();
            return event instanceof RawEvent raw && raw.name().equals("error")
                    ? new RawEvent(raw.name(), client.withoutSecrets(raw.data()))
                    : event;
        } catch (ApiException e) {
            throw e.reworded(client::withoutSecrets);
        }
    }

    @Override
    public void close() {
        events.close();
    }
}
