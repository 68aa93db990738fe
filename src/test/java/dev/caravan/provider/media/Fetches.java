package dev.caravan.provider.media;

import dev.caravan.config.MediaFetch;
import dev.caravan.config.Provider;
import dev.caravan.config.ProviderBuilder;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.atomic.AtomicLong;

/** Settings and clients in a world of the test's making. */
final class Fetches {
    private Fetches() {}

    /** The settings that stand like this in a file. */
    static MediaFetch settings(String yaml) {
        return provider("dialect: exec\ncommand: [x]\nfetch-media: " + yaml).mediaFetch().orElseThrow();
    }

    /** The provider that stands like this in a file. */
    static Provider provider(String yaml) {
        ProviderBuilder builder = new ProviderBuilder();
        builder.setSettings(yaml);
        return builder.build();
    }

    /** A client for which all names are this machine's, which it may connect to. */
    static MediaClient client(MediaFetch settings) {
        return new MediaClient(settings, host -> loopback(), InetAddress::isLoopbackAddress);
    }

    /** A client for which all names are this machine's, with the real check of addresses. */
    static MediaClient checked(MediaFetch settings) {
        return new MediaClient(settings, host -> loopback(), new PublicAddresses(settings.allowAddresses()));
    }

    static InetAddress[] loopback() throws UnknownHostException {
        return new InetAddress[]{InetAddress.getByAddress(new byte[]{127, 0, 0, 1})};
    }

    /** What a client is told; a source that is fetched is a failure of the test. */
    static FetchFailure refused(MediaClient client, MediaFetch.Type block, String url, long budget) {
        try {
            client.fetch(block, url, new AtomicLong(budget));
        } catch (FetchFailure e) {
            return e;
        }
        throw new AssertionError("was fetched: " + url);
    }
}
