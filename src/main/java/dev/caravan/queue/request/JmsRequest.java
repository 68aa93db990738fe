package dev.caravan.queue.request;

import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.queue.Interruption;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientSession.QueueQuery;
import org.apache.activemq.artemis.jms.client.ActiveMQDestination;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;
import org.apache.camel.Exchange;

/**
 * A request of the JMS door while it is answered; the exchange property {@value #PROPERTY}.
 *
 * @param message       the message as it came
 * @param session       the consumer's; what is sent over it is sent when the message is acknowledged, or not at all
 * @param replyTo       where the answer goes; null when nobody waits for one
 * @param correlationId by which the client knows the answer: the request's, or else the request's message id
 * @param priority      of the request, and of what goes back
 * @param expiration    when nobody wants the answer any more, in ms since 1970; 0 for never
 * @param attempt       1 for the first one
 * @param call          the call that it is for the rest of the gateway
 * @param interruption  stops the wait for the provider when the call is cancelled
 */
record JmsRequest(Message message, Session session, Destination replyTo, String correlationId, int priority,
        long expiration, int attempt, Call call, Interruption interruption) {
    /** The name of the exchange property. */
    static final String PROPERTY = "caravanJmsRequest";

    /** What the clients of the door may choose for themselves among the names that begin with {@value #OWN}. */
    private static final String REPLIES = "caravan.replies";
    private static final String OWN = "caravan.";
    private static final String MANAGEMENT = "activemq.";

    static JmsRequest of(Exchange exchange) {
        return exchange.getProperty(PROPERTY, JmsRequest.class);
    }

    /**
     * Reads the headers of a message.
     *
     * @throws JMSException when the message cannot be read
     */
    static JmsRequest read(Message message, Session session, Call call) throws JMSException {
        Destination replyTo = message.getJMSReplyTo();
        String correlationId = message.getJMSCorrelationID();
        int attempt = message.propertyExists("JMSXDeliveryCount") ? message.getIntProperty("JMSXDeliveryCount") : 1;
        return new JmsRequest(message, session, allowed(replyTo) ? replyTo : null,
                correlationId == null ? message.getJMSMessageID() : correlationId, message.getJMSPriority(),
                message.getJMSExpiration(), Math.max(1, attempt), call, new Interruption());
    }

    /** Caravan may send to more queues than its clients: they must not use it to reach those. */
    private static boolean allowed(Destination replyTo) {
        if (!(replyTo instanceof ActiveMQDestination destination)) {
            return replyTo != null;
        }
        String name = destination.getAddress();
        return !name.startsWith(MANAGEMENT) && (!name.startsWith(OWN) || name.startsWith(REPLIES));
    }

    /**
     * Checks that the answer may go where the request says.
     *
     * @throws ApiException 400 when it may not
     */
    void checkReplyTo() throws JMSException {
        if (replyTo == null && message.getJMSReplyTo() != null) {
            throw ApiException.invalid("JMSReplyTo",
                    "expected a queue of your own, or one whose name begins with " + REPLIES);
        }
    }

    /**
     * Whether the queue for the answer was there for one client only, and has gone with it. What has been sent since then is thrown
     * away: the broker has made a lasting queue of that name for it.
     */
    boolean clientLeft() throws JMSException {
        if (!(replyTo instanceof TemporaryQueue && replyTo instanceof ActiveMQDestination destination
                && session instanceof ActiveMQSession artemis)) {
            return false;
        }
        SimpleString name = destination.getSimpleAddress();
        try {
            QueueQuery queue = artemis.getCoreSession().queueQuery(name);
            if (queue.isExists() && queue.isTemporary()) {
                return false;
            }
            if (queue.isExists() && queue.getConsumerCount() == 0) {
                artemis.getCoreSession().deleteQueue(name);
            }
            return true;
        } catch (ActiveMQException e) {
            JMSException failure = new JMSException("the broker cannot be asked for the queue of an answer");
            failure.initCause(e);
            throw failure;
        }
    }
}
