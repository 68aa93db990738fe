package dev.caravan.queue.request;

import dev.caravan.message.Call;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.jms.JmsMessage;
import org.apache.camel.support.DefaultMessage;

/**
 * Begins a call for a message of the queue of requests. Only what the JMS headers say is looked at; the body is
 * {@link ReadRequest}'s. Thread-safe.
 */
public final class TakeRequest implements Processor {
    /** The queue of requests. */
    public static final String QUEUE = "caravan.requests";
    /** Who the client is for the log: the broker knows who may send, and does not tell. */
    private static final String OWNER = "jms";

    private final RequestsInHand inHand;
    private final ConnectionFactory connections;

    /** @param connections a pool of them, for the events of streams */
    public TakeRequest(RequestsInHand inHand, ConnectionFactory connections) {
        this.inHand = inHand;
        this.connections = connections;
    }

    @Override
    public void process(Exchange exchange) throws JMSException {
        JmsMessage message = exchange.getMessage(JmsMessage.class);
        Call call = new Call();
        call.setClient(OWNER);
        inHand.add(call);
        JmsRequest request = JmsRequest.read(message.getJmsMessage(), message.getJmsSession(), call);
        EventReplies events = new EventReplies(request, connections);
        call.onComplete(events::close);
        exchange.setProperty(Call.PROPERTY, call);
        exchange.setProperty(JmsRequest.PROPERTY, request);
        exchange.setProperty(EventReplies.PROPERTY, events);
        // Nothing that the client sent in headers goes further.
        DefaultMessage bare = new DefaultMessage(exchange);
        bare.setHeader(Exchange.HTTP_METHOD, "JMS");
        bare.setHeader(Exchange.HTTP_PATH, QUEUE);
        exchange.setMessage(bare);
    }
}
