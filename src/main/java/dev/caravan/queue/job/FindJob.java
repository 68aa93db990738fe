package dev.caravan.queue.job;

import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.ErrorType;
import dev.caravan.message.Text;
import dev.caravan.queue.PathId;
import dev.caravan.queue.store.JobStore;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Finds the job that the path names: it is the exchange property {@value #PROPERTY} then. Jobs of other keys
 * are not there. Thread-safe.
 */
public final class FindJob implements Processor {
    /** The exchange property. */
    static final String PROPERTY = "caravanJob";

    private final JobStore store;

    public FindJob(JobStore store) {
        this.store = store;
    }

    /** @throws ApiException 404 when there is none, or it belongs to somebody else */
    @Override
    public void process(Exchange exchange) {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        String id = PathId.of(exchange);
        exchange.setProperty(PROPERTY, store.find(id, call.getClient()).orElseThrow(() -> missing(id)));
    }

    static ApiException missing(String id) {
        return new ApiException(ErrorType.NOT_FOUND_ERROR, "there is no job \"" + Text.excerpt(id) + "\"");
    }
}
