package dev.caravan.tokens;

import dev.caravan.message.Call;
import dev.caravan.message.MessageJson;
import dev.caravan.message.RequestDecoder;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Answers {@code POST /v1/messages/count_tokens}: the body, a request without {@code max_tokens}, becomes the count of its tokens.
 *
 * @see <a href="https://platform.claude.com/docs/en/api/messages-count-tokens">Anthropic: Count tokens</a>
 */
public final class CountTokens implements Processor {
    private final TokenCounter counter = new TokenCounter();

    @Override
    public void process(Exchange exchange) {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        byte[] body = exchange.getMessage().getBody(byte[].class);
        call.setRequest(RequestDecoder.decodeForCounting(body, call.getVersion()));
        long tokens = counter.count(call.getRequest());
        exchange.getMessage().setBody(MessageJson.write(out -> out.writeNumberField("input_tokens", tokens)));
    }
}
