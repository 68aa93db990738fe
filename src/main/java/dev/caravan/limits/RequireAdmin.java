package dev.caravan.limits;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ClientKey;
import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.ErrorType;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Lets an authenticated call pass when its key is one of operators, or when no keys are configured: then only this machine reaches
 * Caravan. Thread-safe.
 */
public final class RequireAdmin implements Processor {
    private final boolean open;
    private final Set<String> operators;

    public RequireAdmin(CaravanConfig config) {
        this.open = config.keys().isEmpty();
        this.operators = config.keys().stream().filter(ClientKey::admin).map(ClientKey::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** @throws ApiException 403 for any other key */
    @Override
    public void process(Exchange exchange) {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        if (!open && !operators.contains(call.getClient())) {
            throw new ApiException(ErrorType.PERMISSION_ERROR,
                    "this key does not open the doors of operators; one with admin: true in caravan.yaml does");
        }
    }
}
