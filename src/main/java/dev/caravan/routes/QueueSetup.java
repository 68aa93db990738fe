package dev.caravan.routes;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.Dialect;
import dev.caravan.config.QueueConfig;
import dev.caravan.config.Secret;
import dev.caravan.message.ApiException;
import dev.caravan.queue.admin.DescribeQueues;
import dev.caravan.queue.admin.DropDeadLetter;
import dev.caravan.queue.admin.HoldQueue;
import dev.caravan.queue.admin.ListDeadLetters;
import dev.caravan.queue.admin.RetryDeadLetter;
import dev.caravan.queue.batch.CancelBatch;
import dev.caravan.queue.batch.CreateBatch;
import dev.caravan.queue.batch.DeleteBatch;
import dev.caravan.queue.batch.DescribeBatch;
import dev.caravan.queue.batch.FindBatch;
import dev.caravan.queue.batch.ListBatches;
import dev.caravan.queue.batch.ReadResults;
import dev.caravan.queue.broker.Broker;
import dev.caravan.queue.broker.QueueAdmin;
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
import dev.caravan.queue.request.EndEvents;
import dev.caravan.queue.request.FailRequest;
import dev.caravan.queue.request.ReadRequest;
import dev.caravan.queue.request.RequestsInHand;
import dev.caravan.queue.request.SendEvent;
import dev.caravan.queue.request.SendMessage;
import dev.caravan.queue.request.TakeRequest;
import dev.caravan.queue.store.BatchStore;
import dev.caravan.queue.store.Database;
import dev.caravan.queue.store.DeadLetterStore;
import dev.caravan.queue.store.DispatchStore;
import dev.caravan.queue.store.JobDispatchStore;
import dev.caravan.queue.store.JobStore;
import dev.caravan.queue.store.JobWorkStore;
import dev.caravan.queue.store.WorkStore;
import dev.caravan.queue.work.CheckBatchRequest;
import dev.caravan.queue.work.CleanUp;
import dev.caravan.queue.work.Dispatch;
import dev.caravan.queue.work.FailWork;
import dev.caravan.queue.work.FindLostMessages;
import dev.caravan.queue.work.FinishWork;
import dev.caravan.queue.work.HandBack;
import dev.caravan.queue.work.InHand;
import dev.caravan.queue.work.ReportOutage;
import dev.caravan.queue.work.TakeWork;
import dev.caravan.queue.work.WakeupSender;
import dev.caravan.queue.work.WorkInHand;
import dev.caravan.queue.work.YieldToCalls;
import dev.caravan.routing.ModelRouter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Service;
import org.apache.camel.spi.Registry;

/**
 * Sets queued work up where {@code caravan.yaml} has {@code queue}: opens store and broker, binds the steps that the routes name, and
 * adds a route for each queue. Where it has none, the routes that need it are left out by their precondition.
 */
final class QueueSetup {
    /** The property that the routes' preconditions read. */
    private static final String ENABLED = "caravan.queue.enabled";
    private static final List<String> LANES = List.of("exec", "http");
    /** The route of the JMS door. */
    private static final String REQUESTS = "requests";
    private static final Clock CLOCK = Clock.systemUTC();
    private static final Duration ADMIN_TIMEOUT = Duration.ofSeconds(5);
    /** How long work may go on when Caravan stops; Camel's own patience is longer. */
    private static final Duration GRACE = Duration.ofSeconds(10);
    /** How long a node may take to send a chunk of messages before another one sends it in its place. */
    private static final Duration SENDING = Duration.ofSeconds(30);

    private final CamelContext context;
    private final CaravanConfig config;
    private final QueueConfig queue;
    private final MeterRegistry meters;

    private QueueSetup(CamelContext context, CaravanConfig config, QueueConfig queue, MeterRegistry meters) {
        this.context = context;
        this.meters = meters;
        this.config = config;
        this.queue = queue;
    }

    /** Does it all, if there is anything to do. */
    static void apply(CamelContext context, CaravanConfig config, MeterRegistry meters) throws Exception {
        if (config.queue().isPresent()) {
            new QueueSetup(context, config, config.queue().get(), meters).configure();
        }
    }

    private void configure() throws Exception {
        Broker broker = new Broker(queue);
        broker.addTo(context);
        Database database = open();
        context.addService(new Service() {
            @Override
            public void start() {
                // open since it was made: the routes' steps need it
            }

            @Override
            public void stop() {
                database.close();
            }
        });
        bindBatches(database);
        bindDrain(List.of(bindWork(database, broker), bindJobs(database, broker), bindRequests(broker)));
        bindAdmin(database, broker);
        context.getPropertiesComponent().addOverrideProperty(ENABLED, "true");
        context.addRoutes(new LaneRoutes(queue.lanes()));
    }

    private Database open() throws IOException {
        if (queue.store().isPresent()) {
            return postgresql(queue.store().get());
        }
        Files.createDirectories(queue.directory());
        return Database.embedded(queue.directory().resolve("store"));
    }

    private static Database postgresql(QueueConfig.Remote store) {
        return Database.postgresql(store.url(), store.user().orElse(null),
                store.password().map(Secret::reveal).orElse(null));
    }

    private void bindBatches(Database database) {
        BatchStore batches = new BatchStore(database, CLOCK, this::chunkSize);
        Registry registry = context.getRegistry();
        CreateBatch create = new CreateBatch(batches, this::lane);
        create.setLife(property("caravan.batch-life", "24h"));
        registry.bind("caravanCreateBatch", create);
        registry.bind("caravanFindBatch", new FindBatch(batches));
        registry.bind("caravanDescribeBatch", new DescribeBatch(batches));
        registry.bind("caravanListBatches", new ListBatches(batches));
        registry.bind("caravanCancelBatch", new CancelBatch(batches));
        registry.bind("caravanDeleteBatch", new DeleteBatch(batches));
        registry.bind("caravanReadResults", new ReadResults(batches));
        registry.bind("caravanCleanUp", new CleanUp(batches, CLOCK));
    }

    private Duration property(String name, String usual) {
        return context.getTypeConverter().convertTo(Duration.class,
                context.resolvePropertyPlaceholders("{{" + name + ":" + usual + "}}"));
    }

    private InHand bindWork(Database database, Broker broker) {
        QueueMetrics metrics = new QueueMetrics(meters, admin(broker), new DeadLetterStore(database), LANES);
        WorkStore works = new WorkStore(database, CLOCK);
        WorkInHand inHand = new WorkInHand();
        DispatchStore dispatch = new DispatchStore(database, CLOCK, SENDING);
        Registry registry = context.getRegistry();
        registry.bind("caravanReportOutage", new ReportOutage());
        registry.bind("caravanTakeWork", new TakeWork(works, inHand, queue.attempts()));
        registry.bind("caravanYieldToCalls", new YieldToCalls(metrics::activeCalls, share()));
        registry.bind("caravanCountQueues", metrics);
        registry.bind("caravanCheckBatchRequest", new CheckBatchRequest());
        registry.bind("caravanFinishWork", new FinishWork(works));
        registry.bind("caravanFailWork", new FailWork(works, queue.attempts()));
        registry.bind("caravanDispatch", new Dispatch(dispatch, works, new WakeupSender(broker.pool()), inHand));
        registry.bind("caravanFindLostMessages",
                new FindLostMessages(admin(broker), dispatch,
                        new JobDispatchStore(database, CLOCK, SENDING), CLOCK, WakeupSender.QUEUES, LANES));
        return inHand;
    }

    private InHand bindJobs(Database database, Broker broker) {
        JobStore jobs = new JobStore(database, CLOCK);
        JobWorkStore works = new JobWorkStore(database, CLOCK);
        JobDispatchStore dispatch = new JobDispatchStore(database, CLOCK, SENDING);
        JobSender sender = new JobSender(dispatch, broker.pool(), WakeupSender.QUEUES);
        JobWatch watch = new JobWatch(jobs);
        Registry registry = context.getRegistry();
        registry.bind("caravanCreateJob", new CreateJob(jobs, this::lane));
        registry.bind("caravanWakeJob", new WakeJob(sender));
        registry.bind("caravanFindJob", new FindJob(jobs));
        registry.bind("caravanListJobs", new ListJobs(jobs));
        registry.bind("caravanShowJob", new ShowJob(jobs));
        registry.bind("caravanFollowJob", new FollowJob(jobs, watch));
        registry.bind("caravanCancelJob", new CancelJob(jobs));
        registry.bind("caravanTakeJob", new TakeJob(works, watch, queue.attempts()));
        registry.bind("caravanRecordEvent", new RecordEvent());
        registry.bind("caravanFinishJob", new FinishJob(works, watch));
        registry.bind("caravanFailJob", new FailJob(works, watch, queue.attempts()));
        registry.bind("caravanWatchJobs", watch);
        registry.bind("caravanSweepJobs", new SweepJobs(dispatch, sender, CLOCK));
        return watch;
    }

    private InHand bindRequests(Broker broker) {
        RequestsInHand inHand = new RequestsInHand();
        Registry registry = context.getRegistry();
        registry.bind("caravanTakeRequest", new TakeRequest(inHand, broker.pool()));
        registry.bind("caravanReadRequest", new ReadRequest(config.server().maxBodyBytes(), queue.attempts()));
        registry.bind("caravanSendMessage", new SendMessage());
        registry.bind("caravanSendEvent", new SendEvent());
        registry.bind("caravanEndEvents", new EndEvents());
        registry.bind("caravanFailRequest", new FailRequest(queue.attempts()));
        return inHand;
    }

    /** What becomes of work at hand when this node is to take no more of it. */
    private void bindDrain(List<InHand> inHand) {
        List<String> routes = Stream.concat(LANES.stream().map(LaneRoutes::id), Stream.of(REQUESTS)).toList();
        context.getRegistry().bind("caravanDrainNode", new DrainNode(inHand, routes));
        context.getManagementStrategy().addEventNotifier(new HandBack(inHand, GRACE));
    }

    private void bindAdmin(Database database, Broker broker) {
        DeadLetterStore letters = new DeadLetterStore(database);
        QueueAdmin admin = admin(broker);
        Registry registry = context.getRegistry();
        registry.bind("caravanListDeadLetters", new ListDeadLetters(letters, WakeupSender.QUEUES));
        registry.bind("caravanRetryDeadLetter", new RetryDeadLetter(letters));
        registry.bind("caravanDropDeadLetter", new DropDeadLetter(letters));
        registry.bind("caravanDescribeQueues", new DescribeQueues(admin, WakeupSender.QUEUES, LANES));
        registry.bind("caravanPauseQueue", new HoldQueue(admin, WakeupSender.QUEUES, LANES, HoldQueue.Action.PAUSE));
        registry.bind("caravanResumeQueue",
                new HoldQueue(admin, WakeupSender.QUEUES, LANES, HoldQueue.Action.RESUME));
    }

    private static QueueAdmin admin(Broker broker) {
        return new QueueAdmin(broker.pool(), ADMIN_TIMEOUT);
    }

    /** Some work for each consumer: enough that the queue does not run dry, little enough that no batch keeps others waiting. */
    private int chunkSize(String lane) {
        QueueConfig.Lane settings = lane.equals("exec") ? queue.lanes().exec() : queue.lanes().http();
        return settings.consumers() * 32;
    }

    /** How many pieces of work go on while somebody waits for an answer. */
    private int share() {
        int consumers = queue.lanes().exec().consumers() + queue.lanes().http().consumers();
        return Math.max(1, consumers * queue.share() / 100);
    }

    /** Where requests of that model wait. What cannot be answered at all is found out there, too. */
    private String lane(String model) {
        try {
            String provider = new ModelRouter(config).route(model == null ? "" : model).provider();
            return config.providers().get(provider).dialect() == Dialect.EXEC ? "exec" : "http";
        } catch (ApiException e) {
            return "http";
        }
    }
}
