package dev.caravan.provider.media;

import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Resolves a host for the HTTP client, which connects to exactly the addresses that it gets here: a name that means another address
 * a moment later changes nothing. A host with one address that may not be connected to has none. Thread-safe.
 */
final class CheckedResolver implements DnsResolver {
    /**
     * The system's resolver waits in native code, which would hold the carrier of a virtual thread, and it waits as long as the
     * name server of a stranger likes. So this many threads of their own wait for it, shared by all providers: more than strangers
     * can well occupy, since the system gives up by itself after some seconds.
     */
    private static final int LOOKUPS = 64;
    /** How many names may wait for one of them; more are refused at once. */
    private static final int MOST_WAITING = 256;
    private static final ThreadPoolExecutor LOOKUP_THREADS = lookupThreads();

    private final HostLookup lookup;
    private final Predicate<InetAddress> permitted;
    private final Duration timeout;
    private final ThreadPoolExecutor threads;

    /** @param timeout the longest wait for a name, which for a thread included */
    CheckedResolver(HostLookup lookup, Predicate<InetAddress> permitted, Duration timeout) {
        this(lookup, permitted, timeout, LOOKUP_THREADS);
    }

    CheckedResolver(HostLookup lookup, Predicate<InetAddress> permitted, Duration timeout, ThreadPoolExecutor threads) {
        this.lookup = lookup;
        this.permitted = permitted;
        this.timeout = timeout;
        this.threads = threads;
    }

    private static ThreadPoolExecutor lookupThreads() {
        return threads(LOOKUPS, MOST_WAITING);
    }

    /** Threads that wait for the system's resolver, and end when there is nothing to wait for. */
    static ThreadPoolExecutor threads(int most, int mostWaiting) {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(most, most, 10, TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(mostWaiting),
                Thread.ofPlatform().daemon().name("caravan-lookup-", 0).factory());
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        InetAddress[] addresses = lookUp(host);
        if (!Arrays.stream(addresses).allMatch(permitted)) {
            throw new RefusedAddressException(host);
        }
        return addresses;
    }

    private InetAddress[] lookUp(String host) throws UnknownHostException {
        FutureTask<InetAddress[]> found = new FutureTask<>(() -> lookup.addresses(host));
        try {
            threads.execute(found);
            return found.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException | TimeoutException e) {
            throw new LookupTimeoutException(host);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unknown(host, new InterruptedIOException());
        } catch (ExecutionException e) {
            throw unknown(host, e.getCause());
        } finally {
            // Nobody waits for it any more: it leaves the queue, or its thread when that heeds an interrupt.
            if (found.cancel(true)) {
                threads.remove(found);
            }
        }
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

    /** A host whose addresses were not found in time. */
    static final class LookupTimeoutException extends UnknownHostException {
        private static final long serialVersionUID = 1L;

        LookupTimeoutException(String host) {
            super(host);
        }
    }

    /** A host that is known, at an address that may not be connected to. */
    static final class RefusedAddressException extends UnknownHostException {
        private static final long serialVersionUID = 1L;

        RefusedAddressException(String host) {
            super(host);
        }
    }
}
