package dev.caravan.chatcompletions;

import java.time.Instant;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Puts the chat completion in place of the message that is the body, both JSON in UTF-8. */
public final class EncodeCompletion implements Processor {
    @Override
    public void process(Exchange exchange) {
        ChatRequest request = exchange.getProperty(ChatRequest.PROPERTY, ChatRequest.class);
        byte[] message = exchange.getMessage().getBody(byte[].class);
        exchange.getMessage()
                .setBody(CompletionEncoder.encode(message, request.functions(), Instant.now().getEpochSecond()));
    }
}
