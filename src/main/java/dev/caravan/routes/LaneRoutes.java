package dev.caravan.routes;

import dev.caravan.config.QueueConfig;
import dev.caravan.queue.broker.Broker;
import dev.caravan.queue.work.WakeupSender;
import org.apache.camel.builder.RouteBuilder;

/**
 * One route for each queue of work, {@code lane-exec} and {@code lane-http}: so many consumers, each in a transaction of its queue,
 * bring its messages to the route {@code queued}.
 */
final class LaneRoutes extends RouteBuilder {
    private final QueueConfig.Lanes lanes;

    LaneRoutes(QueueConfig.Lanes lanes) {
        this.lanes = lanes;
    }

    @Override
    public void configure() {
        route("exec", lanes.exec());
        route("http", lanes.http());
    }

    /** The id of the route of a queue. */
    static String id(String lane) {
        return "lane-" + lane;
    }

    private void route(String name, QueueConfig.Lane lane) {
        String id = id(name);
        from(Broker.COMPONENT + ":queue:" + WakeupSender.QUEUES + name + "?concurrentConsumers=" + lane.consumers())

                .routeId(id).id(id).routeDescription("Queued requests for providers of the kind " + name)
                .errorHandler(noErrorHandler()).streamCache("false")
                .to("direct:queued").id(id + "-queued");
    }
}
