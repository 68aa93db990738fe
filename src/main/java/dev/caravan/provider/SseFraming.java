package dev.caravan.provider;

import dev.caravan.message.RawJson;
import dev.caravan.sse.SseEvent;
import dev.caravan.sse.SseParser;
import java.io.IOException;

/** Server-sent events. */
final class SseFraming implements Framing {
    private final ResponseDecoder decoder;
    private final SseParser parser;

    SseFraming(ResponseDecoder decoder) {
        this.decoder = decoder;
        this.parser = new SseParser(decoder::unframed);
    }

    @Override
    public void feed(byte[] bytes, int offset, int length) throws IOException {
        parser.feed(bytes, offset, length);
    }

    @Override
    public boolean next() throws IOException {
        SseEvent event = parser.next();
        if (event == null) {
            return false;
        }
        decode(event);
        return true;
    }

    /** A last event that no blank line ended still counts, if it is whole: recorded streams of Anthropic's end like that. */
    @Override
    public boolean end() throws IOException {
        SseEvent last = parser.finish();
        if (last != null && !cutOff(last)) {
            decode(last);
        }
        return true;
    }

    private static boolean cutOff(SseEvent event) {
        RawJson data = new RawJson(event.array(), event.offset(), event.length());
        return event.length() > 0 && event.array()[event.offset()] == '{' && !data.isObject();
    }

    private void decode(SseEvent event) throws IOException {
        decoder.event(event.type(), event.array(), event.offset(), event.length());
    }
}
