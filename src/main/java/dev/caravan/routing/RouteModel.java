package dev.caravan.routing;

import dev.caravan.config.CaravanConfig;
import dev.caravan.message.Call;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Decides where the call goes: {@code ${exchangeProperty.caravanCall.target}} from here on. */
public final class RouteModel implements Processor {
    private final ModelRouter router;

    public RouteModel(CaravanConfig config) {
        this.router = new ModelRouter(config);
    }

    @Override
    public void process(Exchange exchange) {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        call.setTarget(router.route(call.getModel()));
    }
}
