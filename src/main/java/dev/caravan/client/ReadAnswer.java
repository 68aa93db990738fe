package dev.caravan.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/** Reads what a gateway has answered over HTTP, and brings the route's headers back. Thread-safe once it is set up. */
public final class ReadAnswer implements Processor {
    private AnswerFormat output = AnswerFormat.MESSAGE;

    /** {@code message} or {@code text}. */
    public void setOutput(String output) {
        this.output = AnswerFormat.of(output);
    }

    /** @throws ApiException with the status and the words of the gateway when it has told a failure */
    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        int status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
        String requestId = message.getHeader("request-id", String.class);
        String retryAfter = message.getHeader("retry-after", String.class);
        byte[] body = message.getBody(byte[].class);
        restoreHeaders(exchange);
        message.setHeader("caravanRequestId", requestId);
        byte[] json = body == null ? new byte[0] : body;
        if (status != 200) {
            throw failure(status, AnswerFormat.read(json)).header("retry-after", retryAfter);
        }
        output.write(json, message);
    }

    private static void restoreHeaders(Exchange exchange) {
        Map<?, ?> headers = exchange.getProperty(HideHeaders.PROPERTY, Map.class);
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        headers.forEach((name, value) -> message.setHeader((String) name, value));
        exchange.removeProperty(HideHeaders.PROPERTY);
    }

    private static ApiException failure(int status, JsonNode reply) {
        JsonNode error = reply.path("error");
        String type = error.path("type").asText();
        return new ApiException(status, type.isEmpty() ? ErrorType.ofStatus(status) : ErrorType.ofWireName(type),
                error.path("message").asText("the gateway answered with status " + status));
    }
}
