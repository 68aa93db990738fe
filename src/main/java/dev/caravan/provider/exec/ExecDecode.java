package dev.caravan.provider.exec;

import dev.caravan.config.ExecProvider;
import dev.caravan.message.Call;
import dev.caravan.message.EventStream;
import dev.caravan.provider.LiveBody;
import java.io.InputStream;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * The step that decodes: the body, a process's live output, becomes the {@link EventStream} of its message, for the {@link Call}
 * in the exchange property {@value Call#PROPERTY}. When the call is cancelled the stream is closed and the process ended.
 * Thread-safe once it is set up.
 */
public final class ExecDecode implements Processor {
    private final int maxLineBytes;

    /** Takes lines of up to the provider's {@code max-line}. */
    public static ExecDecode of(ExecProvider provider) {
        return new ExecDecode(provider.maxLineBytes());
    }

    /** @param maxLineBytes the longest line that the process may write */
    public ExecDecode(int maxLineBytes) {
        this.maxLineBytes = maxLineBytes;
    }

    @Override
    public void process(Exchange exchange) {
        Call call = Objects.requireNonNull(exchange.getProperty(Call.PROPERTY, Call.class),
                "the exchange has no property " + Call.PROPERTY);
        if (!(exchange.getMessage().getBody() instanceof InputStream output)) {
            throw new IllegalStateException("the body is not the live output of a process");
        }
        LiveBody.takeOver(exchange);
        String provider = call.getTarget() == null ? "exec" : call.getTarget().provider();
        EventStream events = new ExecEventStream(output, provider, maxLineBytes, call.messageStart());
        call.setPassThrough(false);
        call.getCancellation().onCancel(events::close);
        call.onComplete(events::close);
        exchange.getMessage().setBody(events);
    }
}
