package dev.caravan.provider;

import dev.caravan.message.Call;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/** Puts the call into the provider's words: body and headers of the HTTP request. */
public final class EncodeRequest implements Processor {
    private final HttpDialect dialect;

    public EncodeRequest(HttpDialect dialect) {
        this.dialect = dialect;
    }

    @Override
    public void process(Exchange exchange) {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        String[] path = dialect.path(call).split("\\?", 2);
        if (!path[0].isEmpty()) {
            message.setHeader(Exchange.HTTP_PATH, path[0]);
        }
        if (path.length > 1) {
            message.setHeader(Exchange.HTTP_QUERY, path[1]);
        }
        dialect.headers(call).forEach(message::setHeader);
        message.setBody(dialect.encode(call));
    }
}
