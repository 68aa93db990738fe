package dev.caravan.queue.request;

import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.ErrorType;
import dev.caravan.queue.Retries;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what becomes of a request that has failed. What may go better another time is thrown on, so that the broker delivers the
 * message again, later; so it is when Caravan stops. After the last attempt, and of any other failure, the client is told; where nobody
 * waits for an answer, or none can be sent, the request goes to the queue {@value #DEAD}. A stream that has begun is not tried
 * again: the failure is its last event. Thread-safe.
 */
public final class FailRequest implements Processor {
    /** Where failed requests go that have no reply queue. */
    public static final String DEAD = TakeRequest.QUEUE + ".dead";
    /** The status that the log has for a client that has left, as at the HTTP doors. */
    private static final int CLIENT_CLOSED_REQUEST = 499;

    private static final Logger LOG = LoggerFactory.getLogger(FailRequest.class);
    private final int mostAttempts;

    /** @param mostAttempts how often a request is tried */
    public FailRequest(int mostAttempts) {
        this.mostAttempts = mostAttempts;
    }

    /**
     * @throws ApiException when the request is to be tried again
     * @throws JMSException when the broker has gone: it delivers the request again when it is back
     */
    @Override
    public void process(Exchange exchange) throws Exception {
        JmsRequest request = JmsRequest.of(exchange);
        EventReplies events = exchange.getProperty(EventReplies.PROPERTY, EventReplies.class);
        Call call = request.call();
        request.interruption().end();
        boolean stopped = call.getCancellation().cancelled();
        call.getCancellation().cancel(); // what still runs for it
        Exception cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        try {
            if (ObjectHelper.getException(ClientLeftException.class, cause) != null) {
                call.getProgress().clientLeft();
                call.getProgress().replied(CLIENT_CLOSED_REQUEST);
                return;
            }
            JMSException broken = ObjectHelper.getException(JMSException.class, cause);
            if (broken != null) {
                throw broken;
            }
            ApiException failure = failure(call, cause);
            call.getProgress().failed(failure.type());
            call.getProgress().replied(failure.status());
            if (stopped || !events.begun() && worthAnother(failure.type()) && request.attempt() < mostAttempts) {
                throw failure;
            }
            tell(request, events, failure);
        } finally {
            call.complete();
        }
    }

    /** This door counts every attempt, those that found no provider, too. */
    private static boolean worthAnother(ErrorType type) {
        return Retries.providerIsAway(type) || Retries.mayPass(type);
    }

    private void tell(JmsRequest request, EventReplies events, ApiException failure) throws JMSException {
        // One more than are made: not even the answer that tells of it could be sent.
        boolean untellable = request.attempt() > mostAttempts + 1;
        if (request.replyTo() == null || untellable) {
            bury(request, failure);
        } else if (!request.clientLeft()) {
            byte[] envelope = failure.envelope(request.call().getRequestId());
            Reply.error(failure.status(), envelope, events.begun() ? events.place("error") : null)
                    .send(request, request.session());
        }
    }

    /** The request itself, with what has become of it in its properties. */
    private static void bury(JmsRequest request, ApiException failure) throws JMSException {
        Message message = request.message();
        message.clearProperties();
        message.setIntProperty("caravanStatus", failure.status());
        message.setStringProperty("caravanError", failure.type().wireName());
        message.setStringProperty("caravanMessage", failure.getMessage());
        message.setStringProperty("caravanRequestId", request.call().getRequestId());
        message.setIntProperty("caravanAttempt", request.attempt());
        try (MessageProducer producer = request.session().createProducer(request.session().createQueue(DEAD))) {
            producer.setPriority(request.priority());
            producer.send(message);
        }
    }

    private static ApiException failure(Call call, Exception cause) {
        if (cause instanceof ApiException failure) {
            return failure;
        }
        LOG.error("request {} failed inside Caravan", call.getRequestId(), cause);
        return new ApiException(ErrorType.API_ERROR, "Internal server error");
    }
}
