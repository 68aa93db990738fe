package dev.caravan.provider;

import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultExchange;

/** Who ends the source of a live body: the stream of events made of it, not the exchange that the source came with. */
public final class LiveBody {
    private LiveBody() {}

    /**
     * Takes the body out of the exchange's hands. Components end what they opened when the exchange is over: camel-http by reading
     * the reply to its end, a process by killing it. A kamelet's exchange is over when its last step is, long before a live reply
     * is. Whoever calls this closes the body.
     */
    public static void takeOver(Exchange exchange) {
        Exchange nobody = new DefaultExchange(exchange.getContext());
        exchange.getUnitOfWork().handoverSynchronization(nobody);
    }
}
