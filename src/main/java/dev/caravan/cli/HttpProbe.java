package dev.caravan.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.net.http.HttpTimeoutException;

/** A request that asks for little and waits for little: directly, without a proxy and without following redirects, as Caravan calls. */
final class HttpProbe {
    private static final int MOST_BYTES = 8 << 20;

    private HttpProbe() {}

    /**
     * What came.
     *
     * @param body the body, or its beginning when it is very large
     */
    record Reply(int status, HttpHeaders headers, byte[] body) {}

    /**
     * Asks.
     *
     * @param patience how long to wait for the connection, then for the reply, then for each further piece of it
     * @throws HttpTimeoutException when that was too long
     * @throws IOException when there is no reply for another reason; {@link NetworkFailure} tells it
     */
    static Reply get(URI url, Map<String, String> headers, Duration patience) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(url), headers, patience);
    }

    /** The same with a body, for what cannot be asked by a GET. */
    static Reply post(URI url, Map<String, String> headers, byte[] body, Duration patience)
            throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(url).POST(HttpRequest.BodyPublishers.ofByteArray(body)), headers, patience);
    }

    private static Reply send(HttpRequest.Builder request, Map<String, String> headers, Duration patience)
            throws IOException, InterruptedException {
        headers.forEach(request::setHeader);
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(patience)
                .followRedirects(HttpClient.Redirect.NEVER).proxy(HttpClient.Builder.NO_PROXY).build();
        try (ReplyBody body = new ReplyBody(patience)) {
            CompletableFuture<HttpResponse<ReplyBody>> pending = client.sendAsync(request.build(), head -> body);
            HttpResponse<ReplyBody> reply = pending.get(patience.multipliedBy(2).toMillis(), TimeUnit.MILLISECONDS);
            return new Reply(reply.statusCode(), reply.headers(), body.readAtMost(MOST_BYTES));
        } catch (TimeoutException e) {
            throw new HttpTimeoutException("no reply");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        } finally {
            client.shutdownNow();
        }
    }
}
