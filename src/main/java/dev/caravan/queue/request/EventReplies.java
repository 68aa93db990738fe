package dev.caravan.queue.request;

import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageJson;
import dev.caravan.queue.request.Reply.Place;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.time.Duration;
import java.util.Set;

/**
 * The events of a stream on their way to the queue for the answer: each is there at once, but for the last one, which is there when
 * the request is acknowledged. One thread at a time.
 */
final class EventReplies implements AutoCloseable {
    /** The name of the exchange property. */
    static final String PROPERTY = "caravanEventReplies";

    private static final Set<String> LAST = Set.of("message_stop", "error");
    /** How often to look whether the client is still there. */
    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();

    private final JmsRequest request;
    private final ConnectionFactory connections;
    private Connection connection;
    private Session session;
    private MessageProducer producer;
    private int sequence;
    private boolean ended;
    private long looked = System.nanoTime();

    /** @param connections a pool of them; what is sent over them is sent at once */
    EventReplies(JmsRequest request, ConnectionFactory connections) {
        this.request = request;
        this.connections = connections;
    }

    /** Whether the client has been sent some of the answer. */
    boolean begun() {
        return sequence > 0;
    }

    /** Whether the last event of the message has come by. */
    boolean ended() {
        return ended;
    }

    /** The place of the event that comes next. */
    Place place(String event) {
        return new Place(event, sequence);
    }

    /**
     * Sends an event.
     *
     * @throws ClientLeftException when nobody waits for it any more
     * @throws JMSException when the broker does not take it
     */
    void send(MessageEvent event) throws JMSException, ClientLeftException {
        String name = MessageJson.name(event);
        if (ended || name.equals("ping")) {
            return;
        }
        ended = LAST.contains(name);
        if (request.replyTo() == null) {
            return;
        }
        look();
        Reply reply = Reply.event(place(name), MessageJson.data(event), ended);
        if (ended) {
            reply.send(request, request.session());
        } else {
            open();
            reply.send(request, session, producer);
        }
        sequence++;
    }

    private void look() throws JMSException, ClientLeftException {
        if (System.nanoTime() - looked > LOOK_NANOS) {
            looked = System.nanoTime();
            if (request.clientLeft()) {
                throw new ClientLeftException();
            }
        }
    }

    private void open() throws JMSException {
        if (producer == null) {
            connection = connections.createConnection();
            session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
            producer = session.createProducer(request.replyTo());
        }
    }

    @Override
    public void close() {
        try {
            if (producer != null) {
                producer.close();
            }
            if (session != null) {
                session.close();
            }
            if (connection != null) {
                connection.close();
            }
        } catch (JMSException e) {
            // it has failed before, and whoever used it was told
        }
    }
}
