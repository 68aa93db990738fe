package dev.caravan.provider.exec;

import dev.caravan.config.ExecProvider;
import dev.caravan.message.Call;
import dev.caravan.message.EventStream;
import java.io.InputStream;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * The step that decodes: the body, a process's live output, becomes the {@link EventStream} of its message, for the {@link Call}
 * in the exchange property {@value Call#PROPERTY}. When the call is cancelled, or over,
 * the stream is closed and the process ended. Thread-safe.
 */
public final class ExecDecode implements Processor {
    private final int maxLine;

    /** @param provider tells the longest line that the process may write */
    public ExecDecode(ExecProvider provider) {
        this.maxLine = provider.maxLineBytes();
    }

    @Override
    public void process(Exchange exchange) {
        Call call = Objects.requireNonNull(exchange.getProperty(Call.PROPERTY, Call.class),
                "the exchange has no property " + Call.PROPERTY);
        if (!(exchange.getMessage().getBody() instanceof InputStream output)) {
            throw new IllegalStateException("the body is not the live output of a process");
        }
        String provider = call.getTarget() == null ? "exec" : call.getTarget().provider();
        EventStream events = new ExecEventStream(output, provider, maxLine, call.messageStart());
        call.setPassThrough(false);
        call.getCancellation().onCancel(events::close);
        call.onComplete(events::close);
        exchange.getMessage().setBody(events);
    }
}
