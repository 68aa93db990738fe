package dev.caravan.queue.request;

import dev.caravan.message.Call;
import jakarta.jms.JMSException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Sends the body, the JSON of a message, as the answer; it is there when the request is acknowledged. Thread-safe. */
public final class SendMessage implements Processor {
    /** @throws JMSException when the broker does not take it */
    @Override
    public void process(Exchange exchange) throws JMSException {
        JmsRequest request = JmsRequest.of(exchange);
        byte[] json = exchange.getMessage().getBody(byte[].class);
        if (request.replyTo() != null && !request.clientLeft()) {
            Reply.message(json).send(request, request.session());
        }
        Call call = request.call();
        call.getProgress().replied(200);
        call.complete();
    }
}
