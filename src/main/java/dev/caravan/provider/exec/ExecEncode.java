package dev.caravan.provider.exec;

import dev.caravan.message.Call;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * The step that encodes: the body becomes the request line for the process, of the {@link Call} in the exchange property
 * {@value Call#PROPERTY}. Thread-safe.
 */
public final class ExecEncode implements Processor {
    @Override
    public void process(Exchange exchange) {
        Call call = Objects.requireNonNull(exchange.getProperty(Call.PROPERTY, Call.class),
                "the exchange has no property " + Call.PROPERTY);
        Call.Target target = call.getTarget() == null ? new Call.Target("exec", call.getModel()) : call.getTarget();
        exchange.getMessage()
                .setBody(ExecRequestEncoder.encode(call.getRequest(), call.getMessageId(), target, call.getSeed()));
    }
}
