package dev.caravan.chatcompletions;

import dev.caravan.message.MessageEvent;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Puts the chunks that tell an event, ready to be sent, in place of the event that is the body. */
public final class EncodeChunk implements Processor {
    /** The name of the exchange property that holds the encoder of the call's one message. */
    static final String ENCODER = "caravanChunkEncoder";

    @Override
    public void process(Exchange exchange) {
        if (exchange.getMessage().getBody() instanceof MessageEvent event) {
            ChunkEncoder encoder = exchange.getProperty(ENCODER, ChunkEncoder.class);
            exchange.getMessage().setBody(encoder.encode(event));
        }
    }
}
