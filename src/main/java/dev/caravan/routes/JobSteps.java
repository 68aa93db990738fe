package dev.caravan.routes;

import dev.caravan.queue.job.CancelJob;
import dev.caravan.queue.job.CreateJob;
import dev.caravan.queue.job.FailJob;
import dev.caravan.queue.job.FindJob;
import dev.caravan.queue.job.FinishJob;
import dev.caravan.queue.job.FollowJob;
import dev.caravan.queue.job.JobSender;
import dev.caravan.queue.job.JobWatch;
import dev.caravan.queue.job.ListJobs;
import dev.caravan.queue.job.RecordEvent;
import dev.caravan.queue.job.ShowJob;
import dev.caravan.queue.job.SweepJobs;
import dev.caravan.queue.job.TakeJob;
import dev.caravan.queue.job.WakeJob;
import dev.caravan.queue.store.Database;
import dev.caravan.queue.store.JobDispatchStore;
import dev.caravan.queue.store.JobStore;
import dev.caravan.queue.store.JobWorkStore;
import jakarta.jms.ConnectionFactory;
import java.time.Clock;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.apache.camel.spi.Registry;

/** Binds the steps that {@code routes/jobs.camel.yaml} names. */
final class JobSteps {
    private JobSteps() {}

    /**
     * @param connections a pool of connections to the broker
     * @param prefix      what stands before a lane in the name of its queue
     * @param lanes       the queue that requests of a model go to
     * @param sending     how long a node may take to send a message before another one sends it in its place
     * @param attempts    how often a job is tried
     */
    static void bind(Registry registry, Database database, ConnectionFactory connections, String prefix,
            UnaryOperator<String> lanes, Duration sending, int attempts) {
        Clock clock = Clock.systemUTC();
        JobStore jobs = new JobStore(database, clock);
        JobWorkStore works = new JobWorkStore(database, clock);
        JobDispatchStore dispatch = new JobDispatchStore(database, clock, sending);
        JobSender sender = new JobSender(dispatch, connections, prefix);
        JobWatch watch = new JobWatch(jobs);
        registry.bind("caravanCreateJob", new CreateJob(jobs, lanes));
        registry.bind("caravanWakeJob", new WakeJob(sender));
        registry.bind("caravanFindJob", new FindJob(jobs));
        registry.bind("caravanListJobs", new ListJobs(jobs));
        registry.bind("caravanShowJob", new ShowJob(jobs));
        registry.bind("caravanFollowJob", new FollowJob(jobs, watch));
        registry.bind("caravanCancelJob", new CancelJob(jobs));
        registry.bind("caravanTakeJob", new TakeJob(works, watch, attempts));
        registry.bind("caravanRecordEvent", new RecordEvent());
        registry.bind("caravanFinishJob", new FinishJob(works, watch));
        registry.bind("caravanFailJob", new FailJob(works, watch, attempts));
        registry.bind("caravanWatchJobs", watch);
        registry.bind("caravanSweepJobs", new SweepJobs(dispatch, sender, clock));
    }
}
