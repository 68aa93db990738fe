package dev.caravan.provider.media;

import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Resolves a host for the HTTP client, which connects to exactly the addresses that it gets here: a name that means another address
 * a moment later changes nothing. A host with one address that may not be connected to has none. Thread-safe.
 */
final class CheckedResolver implements DnsResolver {
    /**
     * The system's resolver waits in native code, which would hold the carrier of a virtual thread, and it waits as long as the
     * name server of a stranger likes. So this many threads of their own wait for it, shared by all providers.
     */
    private static final int LOOKUPS = 16;
    private static final ThreadPoolExecutor LOOKUP_THREADS = lookupThreads();

    private final HostLookup lookup;
    private final Predicate<InetAddress> permitted;

    CheckedResolver(HostLookup lookup, Predicate<InetAddress> permitted) {
        this.lookup = lookup;
        this.permitted = permitted;
    }

    private static ThreadPoolExecutor lookupThreads() {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(LOOKUPS, LOOKUPS, 10, TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(), Thread.ofPlatform().daemon().name("caravan-lookup-", 0).factory());
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        Future<InetAddress[]> found = LOOKUP_THREADS.submit(() -> lookup.addresses(host));
        InetAddress[] addresses;
        try {
            addresses = found.get();
        } catch (InterruptedException e) {
            found.cancel(true);
            Thread.currentThread().interrupt();
            throw unknown(host, new InterruptedIOException());
        } catch (ExecutionException e) {
            throw unknown(host, e.getCause());
        }
        if (!Arrays.stream(addresses).allMatch(permitted)) {
            throw new RefusedAddressException(host);
        }
        return addresses;
    }

    private static UnknownHostException unknown(String host, Throwable cause) {
        UnknownHostException unknown = new UnknownHostException(host);
        unknown.initCause(cause);
        return unknown;
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }

    /** A host that is known, at an address that may not be connected to. */
    static final class RefusedAddressException extends UnknownHostException {
        private static final long serialVersionUID = 1L;

        RefusedAddressException(String host) {
            super(host);
        }
    }
}
