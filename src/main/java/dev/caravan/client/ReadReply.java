package dev.caravan.client;

import java.nio.charset.StandardCharsets;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Reads a message of a reply queue of the JMS door. A failure stays the error envelope that it is: it is an answer, too, which the
 * route tells by the header {@code caravanType}. Thread-safe once it is set up.
 */
public final class ReadReply implements Processor {
    private AnswerFormat output = AnswerFormat.MESSAGE;

    /** {@code message} or {@code text}. */
    public void setOutput(String output) {
        this.output = AnswerFormat.of(output);
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        message.setHeader("caravanCorrelationId", message.getHeader("JMSCorrelationID", String.class));
        if ("message".equals(message.getHeader("caravanType"))) {
            output.write(message.getBody(String.class).getBytes(StandardCharsets.UTF_8), message);
        }
    }
}
