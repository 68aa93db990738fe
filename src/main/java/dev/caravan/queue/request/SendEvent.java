package dev.caravan.queue.request;

import dev.caravan.message.MessageEvent;
import jakarta.jms.JMSException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Sends the body, one event of a message, to the client that waits for the stream. Thread-safe. */
public final class SendEvent implements Processor {
    /**
     * @throws ClientLeftException when nobody waits for the stream any more
     * @throws JMSException when the broker does not take it
     */
    @Override
    public void process(Exchange exchange) throws JMSException, ClientLeftException {
        if (!(exchange.getMessage().getBody() instanceof MessageEvent event)) {
            return;
        }
        try {
            exchange.getProperty(EventReplies.PROPERTY, EventReplies.class).send(event);
        } catch (JMSException | ClientLeftException e) {
            // A splitter that has failed still reads the rest of the stream.
            JmsRequest.of(exchange).call().getCancellation().cancel();
            throw e;
        }
    }
}
