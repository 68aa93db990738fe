package dev.caravan.limits;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ClientKey;
import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.ErrorType;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Lets a call pass when it carries one of the configured keys, as {@code x-api-key} or {@code Authorization: Bearer}, or when
 * none are configured. All keys are compared, each in constant time, so that the time taken tells nothing. A call is begun for
 * exchanges that come from elsewhere than an HTTP door.
 */
public final class Authenticate implements Processor {
    private static final String BEARER = "bearer ";

    private final List<ClientKey> keys;

    public Authenticate(CaravanConfig config) {
        this.keys = config.keys();
    }

    /**
     * @throws ApiException 401 when there is no key, an unknown one, or two that differ
     */
    @Override
    public void process(Exchange exchange) {
        if (keys.isEmpty()) {
            return;
        }
        Message message = exchange.getMessage();
        String apiKey = message.getHeader("x-api-key", String.class);
        String bearer = bearer(message.getHeader("Authorization", String.class));
        if (apiKey == null && bearer == null) {
            throw refused("no key was given; expected the header x-api-key or Authorization: Bearer");
        }
        if (apiKey != null && bearer != null && !apiKey.equals(bearer)) {
            throw refused("x-api-key and Authorization carry different keys");
        }
        ClientKey match = match(apiKey != null ? apiKey : bearer);
        if (match == null) {
            throw refused("invalid x-api-key");
        }
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        if (call == null) {
            call = new Call();
            exchange.setProperty(Call.PROPERTY, call);
        }
        call.setClient(match.name());
    }

    private ClientKey match(String candidate) {
        ClientKey match = null;
        for (ClientKey key : keys) {
            if (key.key().matches(candidate)) {
                match = key;
            }
        }
        return match;
    }

    private static String bearer(String authorization) {
        boolean is = authorization != null && authorization.length() > BEARER.length()
                && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length());
        return is ? authorization.substring(BEARER.length()).trim() : null;
    }

    private static ApiException refused(String problem) {
        return new ApiException(ErrorType.AUTHENTICATION_ERROR, problem);
    }
}
