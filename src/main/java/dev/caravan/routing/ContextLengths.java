package dev.caravan.routing;

import java.util.OptionalLong;

/** How long the contexts of models are that have told it themselves. Implementations are thread-safe. */
@FunctionalInterface
public interface ContextLengths {
    /** The name of the bean that knows, where there is one. */
    String BEAN = "caravanContextLengths";

    /** In tokens, of the one model that a provider has; empty when it has not told. */
    OptionalLong of(String provider);
}
