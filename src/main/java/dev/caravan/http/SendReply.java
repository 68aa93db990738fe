package dev.caravan.http;

import dev.caravan.message.Call;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Sends the body as the whole reply: JSON unless the header {@code Content-Type} says otherwise, with the status of the header
 * {@code CamelHttpResponseCode}, 200 by default. No other header of the message is sent, since they may be the client's own.
 */
public final class SendReply implements Processor {
    @Override
    public void process(Exchange exchange) throws Exception {
        Message message = exchange.getMessage();
        HttpReply reply = exchange.getProperty(HttpReply.PROPERTY, HttpReply.class);
        Call call = reply.call();
        if (reply.closed()) {
            throw new ClientClosedException("the client has left");
        }
        int status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, 200, Integer.class);
        Map<String, String> headers = new TreeMap<>(call.getReplyHeaders());
        if (!reply.send(status, message.getHeader(Exchange.CONTENT_TYPE, String.class), headers, body(message))) {
            throw new IllegalStateException("a reply has begun already");
        }
        call.complete();
    }

    private static byte[] body(Message message) {
        return switch (message.getBody()) {
            case null -> new byte[0];
            case byte[] bytes -> bytes;
            case String text -> text.getBytes(StandardCharsets.UTF_8);
            default -> message.getBody(byte[].class);
        };
    }
}
