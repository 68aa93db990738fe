package dev.caravan.provider.media;

import dev.caravan.config.MediaFetch;
import dev.caravan.config.Provider;
import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.RequestDecoder;
import dev.caravan.provider.media.UrlSources.UrlSource;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the images and documents that the call's request gives by their URL, and has the request hold their bytes instead, for
 * providers that take nothing else. What a provider's settings do not ask for stays as it is. Thread-safe.
 */
public final class FetchMedia implements Processor {
    private static final Logger LOG = LoggerFactory.getLogger(FetchMedia.class);
    /** How many things are fetched at a time for one request. */
    private static final int AT_A_TIME = 4;

    private final Provider provider;
    private final Optional<MediaFetch> settings;
    private final Optional<MediaClient> client;

    /** Fetches what the settings of the provider say. */
    public FetchMedia(Provider provider) {
        this(provider, InetAddress::getAllByName,
                new PublicAddresses(provider.mediaFetch().map(MediaFetch::allowAddresses).orElse(List.of())));
    }

    FetchMedia(Provider provider, HostLookup lookup, Predicate<InetAddress> permitted) {
        this.provider = provider;
        this.settings = provider.mediaFetch();
        this.client = settings.map(fetch -> new MediaClient(fetch, lookup, permitted));
    }

    /**
     * @throws ApiException 400 that names the block whose URL gave nothing
     * @throws InterruptedIOException when the client has left meanwhile
     * @throws IllegalStateException when the exchange carries no request that has been validated
     */
    @Override
    public void process(Exchange exchange) throws InterruptedIOException {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        if (call == null || call.getRequest() == null) {
            throw new IllegalStateException("there is no request to fetch for: caravan-validate-action comes first");
        }
        if (settings.isPresent() && UrlBlocks.isIn(call.getRequest())) {
            fetch(call, settings.get(), client.orElseThrow());
        }
    }

    private void fetch(Call call, MediaFetch settings, MediaClient client) throws InterruptedIOException {
        MessageRequest request = call.getRequest();
        List<UrlSource> sources = UrlSources.in(request.body(), settings.types()).stream()
                .filter(source -> !provider.reads(source.url())).toList();
        if (sources.size() > settings.maxCount()) {
            throw ApiException.invalid(sources.get(settings.maxCount()).path(),
                    "no more than " + settings.maxCount() + " images and documents are fetched for a request");
        }
        if (!sources.isEmpty()) {
            List<byte[]> fetched = fetchAll(call, sources, settings, client);
            byte[] body = UrlSources.replaced(request.body(), sources, fetched);
            call.setRequest(RequestDecoder.decode(body, call.getVersion()));
        }
    }

    private static List<byte[]> fetchAll(Call call, List<UrlSource> sources, MediaFetch settings, MediaClient client)
            throws InterruptedIOException {
        long deadline = System.nanoTime() + settings.timeout().toNanos();
        AtomicLong budget = new AtomicLong(settings.maxSize());
        ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME,
                Thread.ofVirtual().name("caravan-fetch-", 0).factory());
        List<Future<byte[]>> fetches = new ArrayList<>();
        for (UrlSource source : sources) {
            fetches.add(threads.submit(() -> client.fetch(source.block(), source.url(), budget)));
        }
        Runnable giveUp = () -> fetches.forEach(fetch -> fetch.cancel(true));
        call.getCancellation().onCancel(giveUp);
        try {
            List<byte[]> results = new ArrayList<>();
            for (int i = 0; i < sources.size(); i++) {
                results.add(result(call, sources.get(i), fetches.get(i), deadline));
            }
            return results;
        } finally {
            call.getCancellation().remove(giveUp);
            threads.shutdownNow();
        }
    }

    private static byte[] result(Call call, UrlSource source, Future<byte[]> fetch, long deadline)
            throws InterruptedIOException {
        try {
            return fetch.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw refused(call, source, new FetchFailure("could not be fetched in time"));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof FetchFailure failure) {
                throw refused(call, source, failure);
            }
            throw new IllegalStateException("fetching failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the client has left");
        } catch (CancellationException e) {
            throw new InterruptedIOException("the client has left");
        }
    }

    private static ApiException refused(Call call, UrlSource source, FetchFailure failure) {
        LOG.info("{} {} was not fetched: {}", call.getRequestId(), source.path(), failure.reason());
        return ApiException.invalid(source.path(), failure.getMessage());
    }
}
