package dev.caravan.provider.exec;

import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.provider.LineEventStream;
import java.io.InputStream;

/** The events of a process's reply. Closing it closes the process's output, which ends the process. */
public final class ExecEventStream extends LineEventStream {
    /**
     * @param output the live stdout of the process; its {@code read()} throws an {@link dev.caravan.message.ApiException} when the
     *        process fails
     * @param provider the provider's name, for errors
     * @param maxLine the longest line in bytes
     * @param start opens the message, with an estimate of the prompt's tokens
     */
    public ExecEventStream(InputStream output, String provider, int maxLine, MessageStart start) {
        super(output, provider, maxLine, events -> new ExecResponseDecoder(provider, start, events));
    }
}
