package dev.caravan.routes;

import dev.caravan.message.MessageJson;
import dev.caravan.queue.work.InHand;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ServiceStatus;

/**
 * Has this node take no more queued work on {@code POST}, take it again on {@code DELETE}, and answers on these and on {@code GET} how
 * much of it is still at hand. Thread-safe.
 */
final class DrainNode implements Processor {
    private final List<InHand> inHand;
    private final List<String> routes;

    /** @param routes the ids of the routes that take work */
    DrainNode(List<InHand> inHand, List<String> routes) {
        this.inHand = List.copyOf(inHand);
        this.routes = List.copyOf(routes);
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        CamelContext context = exchange.getContext();
        String method = exchange.getMessage().getHeader(Exchange.HTTP_METHOD, "", String.class);
        for (String route : routes) {
            switch (method) {
                case "POST" -> context.getRouteController().suspendRoute(route);
                case "DELETE" -> context.getRouteController().resumeRoute(route);
                default -> {
                }
            }
        }
        boolean draining = routes.stream()
                .allMatch(route -> context.getRouteController().getRouteStatus(route) == ServiceStatus.Suspended);
        exchange.getMessage().setBody(MessageJson.write(out -> {
            out.writeBooleanField("draining", draining);
            out.writeNumberField("in_hand", inHand.stream().mapToInt(InHand::size).sum());
        }));
    }
}
