package dev.caravan.provider;

import dev.caravan.config.Provider;
import dev.caravan.message.Call;
import dev.caravan.message.Call.Target;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Says where the call goes when no rule has: to this provider, for the model that the request names or the one that is set here.
 * Thread-safe once set up.
 */
public final class SetTarget implements Processor {
    private final Provider provider;
    private String model = "";

    public SetTarget(Provider provider) {
        this.provider = provider;
    }

    /** The model to ask for, whatever was chosen before; empty for none. */
    public void setModel(String model) {
        this.model = model;
    }

    /**
     * @throws IllegalStateException when the exchange carries no request that has been validated
     */
    @Override
    public void process(Exchange exchange) {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        if (call == null || call.getRequest() == null) {
            throw new IllegalStateException("there is no request to answer: caravan-validate-action comes first");
        }
        if (!model.isEmpty()) {
            call.setTarget(new Target(provider.name(), model));
        } else if (call.getTarget() == null) {
            call.setTarget(new Target(provider.name(), call.getModel()));
        }
    }
}
