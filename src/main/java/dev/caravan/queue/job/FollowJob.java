package dev.caravan.queue.job;

import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.queue.store.Job;
import dev.caravan.queue.store.JobProgress;
import dev.caravan.queue.store.JobStore;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Puts the frames of the job's event stream into the body: those that are there behind the client's {@code Last-Event-ID}, then the
 * others as they come. When there are none and will be none the reply is to have the status 204, which tells a browser not to come
 * again. Thread-safe.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html#the-last-event-id-header">HTML: Last-Event-ID</a>
 */
public final class FollowJob implements Processor {
    private final JobStore store;
    private final JobWatch watch;

    public FollowJob(JobStore store, JobWatch watch) {
        this.store = store;
        this.watch = watch;
    }

    /** @throws ApiException 400 when the client's last event is none of this job's */
    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        Job job = exchange.getProperty(FindJob.PROPERTY, Job.class);
        JobWatch.Watched watched = watch.follow(job.number());
        call.onComplete(watched::close);
        JobProgress now = store.progress(job.number()).orElseThrow(() -> FindJob.missing(job.id()));
        Optional<EventId> last = EventId.ofHeader(message.getHeader("Last-Event-ID", String.class));
        int after = last.map(id -> id.placeIn(now)).orElse(0);
        if (now.state().over() && after == EventId.lastOf(now)) {
            message.setHeader(Exchange.HTTP_RESPONSE_CODE, 204);
            message.setBody(new byte[0]);
            return;
        }
        // A sign of life that is an event would have to be in the store, like all others: it is a comment.
        call.setPassThrough(true);
        call.setStream(true);
        message.setBody(new JobFrames(store, job, watched, now, after, call.getRequestId()));
    }
}
