package dev.caravan.chatcompletions;

import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import java.time.Instant;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Puts the request in the Messages API in place of the one of chat completions that is the body. */
public final class TranslateRequest implements Processor {
    private int defaultMaxTokens = 8_192;

    /** The most tokens to generate for a client that does not say; 8,192 by default. */
    public void setDefaultMaxTokens(int defaultMaxTokens) {
        this.defaultMaxTokens = defaultMaxTokens;
    }

    /**
     * @throws ApiException 400 with the path of the field, as the client wrote it
     */
    @Override
    public void process(Exchange exchange) {
        byte[] body = exchange.getMessage().getBody(byte[].class);
        ChatRequest request = ChatRequestDecoder.decode(body == null ? new byte[0] : body, defaultMaxTokens);
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        call.setSeed(request.seed());
        call.setReplyFormat(new ChatErrors(request.paths()));
        exchange.setProperty(ChatRequest.PROPERTY, request);
        exchange.setProperty(EncodeChunk.ENCODER,
                new ChunkEncoder(request.includeUsage(), request.functions(), Instant.now().getEpochSecond()));
        exchange.getMessage().setBody(request.body());
    }
}
