package dev.caravan.pipeline;

import dev.caravan.message.Call;
import dev.caravan.message.RequestDecoder;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Decodes the body, a request of the Messages API, and keeps it in the call; a call is begun for exchanges that come from
 * elsewhere than an HTTP door. Routes read {@code ${exchangeProperty.caravanStream}} from here on. A request that breaks the API's rules ends here.
 */
public final class ValidateRequest implements Processor {
    /** The exchange property that tells whether the client wants events. */
    public static final String STREAM = "caravanStream";

    @Override
    public void process(Exchange exchange) throws Exception {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        if (call == null) {
            call = new Call();
            exchange.setProperty(Call.PROPERTY, call);
        }
        byte[] body = exchange.getMessage().getBody(byte[].class);
        call.setRequest(RequestDecoder.decode(body == null ? new byte[0] : body, call.getVersion()));
        exchange.setProperty(STREAM, call.isStream());
    }
}
