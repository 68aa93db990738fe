package dev.caravan.queue.batch;

import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.PageQuery;
import dev.caravan.message.Text;
import dev.caravan.queue.store.Batch;
import dev.caravan.queue.store.BatchStore;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Makes the body a page of the client's batches, newest first. Thread-safe. */
public final class ListBatches implements Processor {
    private final BatchStore store;

    public ListBatches(BatchStore store) {
        this.store = store;
    }

    /** @throws ApiException 400 when the query is not as it should be */
    @Override
    public void process(Exchange exchange) {
        String owner = exchange.getProperty(Call.PROPERTY, Call.class).getClient();
        String query = exchange.getMessage().getHeader(Exchange.HTTP_QUERY, "", String.class);
        PageQuery page = PageQuery.of(query, PageQuery.DEFAULT_LIMIT);
        List<Batch> batches = page.beforeId() != null
                ? store.newerThan(find(page.beforeId(), owner, "before_id"), page.lookFor())
                : page.afterId() != null
                        ? store.olderThan(find(page.afterId(), owner, "after_id"), page.lookFor())
                        : store.newest(owner, page.lookFor());
        exchange.getMessage().setBody(BatchJson.page(page.page(batches), page.hasMore(batches),
                exchange.getProperty(DescribeBatch.BASE_URL, "", String.class)));
    }

    private Batch find(String id, String owner, String field) {
        return store.find(id, owner).orElseThrow(
                () -> ApiException.invalid(field, "there is no batch \"" + Text.excerpt(id) + "\""));
    }
}
