package dev.caravan.http;

import dev.caravan.message.MessageEvent;
import dev.caravan.sse.SseFrames;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Sends the body, one event of a message or frames of another door, to the client that waits for the stream. */
public final class StreamEvent implements Processor {
    @Override
    public void process(Exchange exchange) throws Exception {
        HttpReply reply = exchange.getProperty(HttpReply.PROPERTY, HttpReply.class);
        switch (exchange.getMessage().getBody()) {
            case MessageEvent event -> reply.event(event);
            case SseFrames frames when frames.bytes().length > 0 -> reply.frames(frames);
            case null, default -> {
            }
        }
    }
}
