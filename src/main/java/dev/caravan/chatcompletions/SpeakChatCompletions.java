package dev.caravan.chatcompletions;

import dev.caravan.message.Call;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** From here on the call's client is spoken to as OpenAI's clients are: failures in their envelope, the request id in their header. */
public final class SpeakChatCompletions implements Processor {
    @Override
    public void process(Exchange exchange) {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        call.setReplyFormat(new ChatErrors(new FieldPaths()));
        call.getReplyHeaders().put("x-request-id", call.getRequestId());
    }
}
