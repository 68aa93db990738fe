package dev.caravan.telemetry;

import dev.caravan.message.Call;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Has the call logged, in one line, when it is over. */
public final class LogCall implements Processor {
    @Override
    public void process(Exchange exchange) {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        String method = exchange.getMessage().getHeader(Exchange.HTTP_METHOD, "", String.class);
        String path = exchange.getMessage().getHeader(Exchange.HTTP_PATH, "", String.class);
        call.onComplete(() -> AccessLog.write(call, method, path, System.nanoTime() - call.getStartNanos()));
    }
}
