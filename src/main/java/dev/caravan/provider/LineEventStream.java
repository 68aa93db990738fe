package dev.caravan.provider;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.EventStream;
import dev.caravan.message.MessageEvent;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The events of a reply that comes as lines, one JSON value each: reads the source as far as the next event needs and no
 * further, so that a reader that stops stops the source.
 *
 * <p>
 * The source's {@link InputStream#read()} may throw an {@link ApiException}, which is the failure that {@link #next()} then
 * throws, behind the events of what came before. Its {@code close()} aborts it and must neither wait nor throw; it is called as
 * soon as the message is whole or has failed, while the last events are still to be read, since nothing that the source could
 * still do matters.
 */
public class LineEventStream implements EventStream {
    private final InputStream source;
    private final String provider;
    private final int maxLine;
    private final LineReader lines;
    private final ResponseDecoder decoder;
    private final Deque<MessageEvent> decoded = new ArrayDeque<>();
    private RuntimeException failure;
    private volatile boolean over;

    /**
     * @param source the live reply, which this stream owns from now on
     * @param provider the provider's name, for errors
     * @param maxLine the longest line in bytes
     * @param dialect makes the decoder that hands its events to the consumer given
     */
    public LineEventStream(InputStream source, String provider, int maxLine,
            Function<Consumer<MessageEvent>, ResponseDecoder> dialect) {
        this.source = source;
        this.provider = provider;
        this.maxLine = maxLine;
        this.lines = new LineReader(source, maxLine);
        this.decoder = dialect.apply(decoded::add);
    }

    @Override
    public boolean hasNext() {
        return !over;
    }

    @Override
    public MessageEvent next() {
        while (!over) {
            MessageEvent event = decoded.poll();
            if (event != null) {
                return event;
            }
            if (failure != null) {
                close();
                throw failure;
            }
            if (decoder.finished()) {
                close();
                return null;
            }
            readLine();
        }
        return null;
    }

    private void readLine() {
        try {
            if (!lines.next()) {
                decoder.end();
                if (!decoder.finished()) {
                    failure = broken("the reply ended too early");
                }
            } else if (!lines.blank()) {
                decoder.event("message", lines.buffer(), lines.offset(), lines.length());
            }
        } catch (LineReader.LineTooLongException e) {
            failure = broken("sent a line of more than " + maxLine + " bytes");
        } catch (IOException e) {
            failure = broken("the reply broke off");
        } catch (RuntimeException e) {
            failure = e;
        } catch (Error e) {
            close();
            throw e;
        }
        if (failure != null || decoder.finished()) {
            abort();
        }
    }

    private ApiException broken(String problem) {
        return new ApiException(502, ErrorType.API_ERROR, "provider " + provider + ": " + problem);
    }

    @Override
    public void close() {
        over = true;
        abort();
    }

    private void abort() {
        try {
            source.close();
        } catch (IOException e) {
            // It was to be given up, and is.
        }
    }
}
