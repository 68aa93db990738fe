package dev.caravan.queue.admin;

import dev.caravan.message.ApiException;
import dev.caravan.message.MessageJson;
import dev.caravan.message.PageQuery;
import dev.caravan.queue.store.DeadLetter;
import dev.caravan.queue.store.DeadLetterStore;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Makes the body a page of what was given up, oldest first: {@code {"data": […], "has_more": false}}. Thread-safe. */
public final class ListDeadLetters implements Processor {
    private final DeadLetterStore store;
    private final String prefix;

    /** @param prefix what stands before a lane in the name of its queue */
    public ListDeadLetters(DeadLetterStore store, String prefix) {
        this.store = store;
        this.prefix = prefix;
    }

    /** @throws ApiException 400 when the query is not as it should be */
    @Override
    public void process(Exchange exchange) {
        PageQuery page = PageQuery.of(exchange.getMessage().getHeader(Exchange.HTTP_QUERY, "", String.class),
                PageQuery.DEFAULT_LIMIT);
        List<DeadLetter> letters = store.list(after(page.afterId()), page.lookFor());
        List<DeadLetter> shown = letters.subList(0, Math.min(letters.size(), page.limit()));
        exchange.getMessage().setBody(MessageJson.write(out -> {
            out.writeArrayFieldStart("data");
            for (DeadLetter letter : shown) {
                out.writeStartObject();
                out.writeStringField("id", String.valueOf(letter.id()));
                out.writeStringField("queue", prefix + letter.lane());
                out.writeStringField("source", letter.source());
                out.writeStringField("custom_id", letter.customId());
                out.writeNumberField("attempts", letter.attempts());
                out.writeStringField("reason", letter.reason());
                out.writeStringField("died_at", letter.diedAt().toString());
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeBooleanField("has_more", letters.size() > shown.size());
        }));
    }

    private static long after(String id) {
        try {
            return id == null ? 0 : Long.parseLong(id);
        } catch (NumberFormatException e) {
            throw ApiException.invalid("after_id", "expected the id of a dead letter, a number");
        }
    }
}
