package dev.caravan.routing;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ModelRule;
import dev.caravan.config.Provider;
import dev.caravan.config.UnavailableProvider;
import dev.caravan.message.ApiException;
import dev.caravan.message.Call.Target;
import dev.caravan.message.ErrorType;
import dev.caravan.message.Text;

/**
 * Finds where a requested model is. {@code provider/model} and {@code provider,model} name it outright; any other name goes by
 * the first rule that matches. Thread-safe.
 */
public final class ModelRouter {
    private final CaravanConfig config;

    public ModelRouter(CaravanConfig config) {
        this.config = config;
    }

    /**
     * The target of a requested model.
     *
     * @throws ApiException 404 when no provider and no rule is for it, 502 when its provider lacks what it needs
     */
    public Target route(String requested) {
        Target target = named(requested);
        if (target == null) {
            target = byRule(requested);
        }
        if (target == null) {
            throw new ApiException(ErrorType.NOT_FOUND_ERROR, "model: " + Text.excerpt(requested));
        }
        Provider provider = config.providers().get(target.provider());
        if (provider instanceof UnavailableProvider unavailable) {
            throw new ApiException(502, ErrorType.API_ERROR,
                    "provider " + unavailable.name() + " is not available: " + unavailable.reason());
        }
        return target;
    }

    private Target named(String requested) {
        for (int i = 1; i < requested.length() - 1; i++) {
            char c = requested.charAt(i);
            if (c == '/' || c == ',') {
                String provider = requested.substring(0, i);
                return config.providers().containsKey(provider)
                        ? new Target(provider, requested.substring(i + 1))
                        : null;
            }
        }
        return null;
    }

    private Target byRule(String requested) {
        for (ModelRule rule : config.models()) {
            if (rule.matches(requested)) {
                return new Target(rule.provider(), rule.modelFor(requested));
            }
        }
        return null;
    }
}
