package dev.caravan.config;

import java.util.List;
import java.util.Optional;

/** A configured source of answers. Immutable. */
public sealed interface Provider permits HttpProvider, ExecProvider, UnavailableProvider {

    /** The name under {@code providers}: lower-case letters, digits and {@code -}. */
    String name();

    /** The wire format it speaks. */
    Dialect dialect();

    /** The models that it is configured to offer, for the list of models; empty when none are told. */
    List<ProviderModel> models();

    /** What is fetched of the URLs in a request before the provider is called; empty for nothing. */
    default Optional<MediaFetch> mediaFetch() {
        return Optional.empty();
    }

    /** Whether the provider reads this URL by itself, and only it can, so that it is not fetched. */
    default boolean reads(String url) {
        return false;
    }
}
