package dev.caravan.queue.request;

import dev.caravan.message.ErrorType;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;

/**
 * A message that goes back for a request.
 *
 * @param type   what the body is
 * @param status the HTTP status that the Messages API has for it
 * @param json   the body, UTF-8
 * @param event  its place in a stream; null for an answer that is no stream
 * @param last   whether nothing comes behind it
 */
record Reply(Type type, int status, byte[] json, Place event, boolean last) {
    /** Values of the property {@code caravanType}. */
    enum Type {
        MESSAGE("message"), EVENT("event"), ERROR("error");

        private final String wireName;

        Type(String wireName) {
            this.wireName = wireName;
        }
    }

    /**
     * @param name     of the event
     * @param sequence 0 for the first event
     */
    record Place(String name, int sequence) {}

    static Reply message(byte[] json) {
        return new Reply(Type.MESSAGE, 200, json, null, true);
    }

    static Reply event(Place place, byte[] json, boolean last) {
        boolean error = place.name().equals("error");
        int status = error ? ErrorType.API_ERROR.status() : 200;
        return new Reply(error ? Type.ERROR : Type.EVENT, status, json, place, last || error);
    }

    /** @param place null when no event has gone before */
    static Reply error(int status, byte[] envelope, Place place) {
        return new Reply(Type.ERROR, status, envelope, place, true);
    }

    /**
     * Sends it over a session; the answer lives as long as the request would have.
     *
     * @throws JMSException when the broker does not take it
     */
    void send(JmsRequest request, Session session) throws JMSException {
        try (MessageProducer producer = session.createProducer(request.replyTo())) {
            send(request, session, producer);
        }
    }

    /** Sends it by a producer that is kept for more than one. */
    void send(JmsRequest request, Session session, MessageProducer producer) throws JMSException {
        TextMessage message = session.createTextMessage(new String(json, StandardCharsets.UTF_8));
        message.setJMSCorrelationID(request.correlationId());
        message.setStringProperty("caravanType", type.wireName);
        message.setIntProperty("caravanStatus", status);
        message.setStringProperty("caravanRequestId", request.call().getRequestId());
        message.setIntProperty("caravanAttempt", request.attempt());
        message.setBooleanProperty("caravanLast", last);
        if (event != null) {
            message.setStringProperty("caravanEvent", event.name());
            message.setIntProperty("caravanSequence", event.sequence());
            // Of many consumers one gets all of a stream, in order; -1 has the broker forget the group.
            message.setStringProperty("JMSXGroupID", request.correlationId());
            message.setIntProperty("JMSXGroupSeq", last ? -1 : event.sequence() + 1);
        }
        producer.setPriority(request.priority());
        producer.setTimeToLive(timeToLive(request.expiration()));
        producer.send(message);
    }

    /** In ms; 0 for ever. What has just expired lives a moment longer, since there is no shorter time. */
    private static long timeToLive(long expiration) {
        return expiration == 0 ? 0 : Math.max(1, expiration - System.currentTimeMillis());
    }
}
