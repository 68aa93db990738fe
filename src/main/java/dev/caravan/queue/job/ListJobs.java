package dev.caravan.queue.job;

import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.PageQuery;
import dev.caravan.message.Text;
import dev.caravan.queue.store.Job;
import dev.caravan.queue.store.JobStore;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Makes the body a page of the client's jobs, newest first, without what they came to. Thread-safe. */
public final class ListJobs implements Processor {
    private final JobStore store;

    public ListJobs(JobStore store) {
        this.store = store;
    }

    /** @throws ApiException 400 when the query is not as it should be */
    @Override
    public void process(Exchange exchange) {
        String owner = exchange.getProperty(Call.PROPERTY, Call.class).getClient();
        String query = exchange.getMessage().getHeader(Exchange.HTTP_QUERY, "", String.class);
        PageQuery page = PageQuery.of(query, PageQuery.DEFAULT_LIMIT);
        List<Job> jobs = page.beforeId() != null
                ? store.newerThan(find(page.beforeId(), owner, "before_id"), page.lookFor())
                : page.afterId() != null
                        ? store.olderThan(find(page.afterId(), owner, "after_id"), page.lookFor())
                        : store.newest(owner, page.lookFor());
        exchange.getMessage().setBody(JobJson.page(page.page(jobs), page.hasMore(jobs)));
    }

    private Job find(String id, String owner, String field) {
        return store.find(id, owner)
                .orElseThrow(() -> ApiException.invalid(field, "there is no job \"" + Text.excerpt(id) + "\""));
    }
}
