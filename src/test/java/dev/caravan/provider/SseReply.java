package dev.caravan.provider;

import dev.caravan.message.ApiException;
import dev.caravan.message.EventStream;
import dev.caravan.message.MessageEvent;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** A reply of server-sent events as the gateway reads it. */
public final class SseReply {
    private static final Duration IDLE = Duration.ofMinutes(1);

    private SseReply() {}

    /**
     * Reads it to its end.
     *
     * @param events where its events go
     * @return how it failed, null when it did not
     */
    public static ApiException read(List<byte[]> chunks, Function<Consumer<MessageEvent>, ResponseDecoder> dialect,
            List<MessageEvent> events) {
        try (EventStream stream = FramedEventStream.of(new UpstreamBody("home", Chunkings.source(chunks), IDLE),
                SseFraming::new, dialect)) {
            for (MessageEvent event = stream.next(); event != null; event = stream.next()) {
                events.add(event);
            }
            return null;
        } catch (ApiException e) {
            return e;
        }
    }
}
