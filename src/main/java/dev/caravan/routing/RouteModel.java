package dev.caravan.routing;

import dev.caravan.config.CaravanConfig;
import dev.caravan.message.Call;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Decides where the call goes; routes read it as {@code ${exchangeProperty.caravanProvider}}. */
public final class RouteModel implements Processor {
    /** The exchange property that names the provider. */
    public static final String PROVIDER = "caravanProvider";

    private final ModelRouter router;

    public RouteModel(CaravanConfig config) {
        this.router = new ModelRouter(config);
    }

    @Override
    public void process(Exchange exchange) {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        Call.Target target = router.route(call.getModel());
        call.setTarget(target);
        exchange.setProperty(PROVIDER, target.provider());
    }
}
