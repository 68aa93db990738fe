package dev.caravan.provider;

import org.apache.camel.Exchange;
import org.apache.camel.component.http.HttpProducer;
import org.apache.camel.support.DefaultExchange;

/** Who ends the connection of a live reply: the stream of events made of it, not the exchange that it came with. */
final class LiveBody {
    private LiveBody() {}

    /**
     * Takes the reply out of camel-http's hands, which ends it when the exchange is over, by reading it to its end. A kamelet's
     * exchange is over when its last step is, long before a live reply is. Whoever calls this closes the reply. What others want
     * done at the end of the exchange stays as it is.
     */
    static void takeOver(Exchange exchange) {
        Exchange nobody = new DefaultExchange(exchange.getContext());
        exchange.getUnitOfWork().handoverSynchronization(nobody,
                done -> done.getClass().getEnclosingClass() == HttpProducer.class);
    }
}
