package dev.caravan.queue.request;

import dev.caravan.message.ApiException;
import dev.caravan.message.ApiVersion;
import dev.caravan.message.ErrorType;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Puts the request into the body: the JSON of a text or bytes message. Thread-safe. */
public final class ReadRequest implements Processor {
    /** Where the broker's client tells how much there is of a body that it has not fetched. */
    private static final String LARGE = "_AMQ_LARGE_SIZE";
    /** A text travels as UTF-16. */
    private static final int BYTES_PER_CHARACTER = 2;

    private final long maxBytes;
    private final int mostAttempts;

    /**
     * @param maxBytes     how large a request may be
     * @param mostAttempts how often one is tried
     */
    public ReadRequest(long maxBytes, int mostAttempts) {
        this.maxBytes = maxBytes;
        this.mostAttempts = mostAttempts;
    }

    /**
     * @throws ApiException when the message holds no request, or one that was tried often enough
     * @throws ClientLeftException when nobody waits for the answer any more
     */
    @Override
    public void process(Exchange exchange) throws JMSException, ClientLeftException {
        JmsRequest request = JmsRequest.of(exchange);
        request.checkReplyTo();
        if (request.clientLeft()) {
            throw new ClientLeftException();
        }
        if (request.attempt() > mostAttempts) {
            throw new ApiException(ErrorType.API_ERROR, "none of " + mostAttempts
                    + " attempts came to an end; the gateway was stopped, or died, in each");
        }
        Message message = request.message();
        request.call().setVersion(ApiVersion.ofHeader(message.getStringProperty("anthropicVersion")));
        request.call().setBetas(betas(message.getStringProperty("anthropicBeta")));
        exchange.getMessage().setBody(body(message));
    }

    private static List<String> betas(String property) {
        return property == null ? List.of() : Stream.of(property).filter(betas -> !betas.isBlank()).toList();
    }

    private byte[] body(Message message) throws JMSException {
        if (message.propertyExists(LARGE) && message.getLongProperty(LARGE) > BYTES_PER_CHARACTER * maxBytes) {
            throw tooLarge();
        }
        return switch (message) {
            case TextMessage text -> checked(bytes(text));
            case BytesMessage bytes -> bytes(bytes);
            default -> throw ApiException.invalid("", "expected a text or bytes message with a request as JSON");
        };
    }

    private static byte[] bytes(TextMessage message) throws JMSException {
        String text = message.getText();
        return text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
    }

    private byte[] bytes(BytesMessage message) throws JMSException {
        if (message.getBodyLength() > maxBytes) {
            throw tooLarge();
        }
        byte[] bytes = new byte[(int) message.getBodyLength()];
        message.readBytes(bytes);
        return bytes;
    }

    private byte[] checked(byte[] body) {
        if (body.length > maxBytes) {
            throw tooLarge();
        }
        return body;
    }

    private ApiException tooLarge() {
        return new ApiException(ErrorType.REQUEST_TOO_LARGE,
                "the request body is larger than the allowed " + maxBytes + " bytes");
    }
}
