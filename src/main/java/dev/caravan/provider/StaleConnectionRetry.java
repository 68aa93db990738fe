package dev.caravan.provider;

import java.io.IOException;
import org.apache.hc.client5.http.HttpRequestRetryStrategy;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;

/**
 * Sends a request a second time when the server closed a connection that had served before, without a word. That is how a
 * kept-alive connection looks that the server gave up at the very moment it was used again; model servers do so after a few
 * seconds. A short request finds an end where the answer should be, a long one breaks while it is sent. Nothing else is tried again,
 * and nothing on a new connection: a request that the server may have begun to answer would be paid for twice.
 */
final class StaleConnectionRetry implements HttpRequestRetryStrategy {
    @Override
    public boolean retryRequest(HttpRequest request, IOException failure, int execCount, HttpContext context) {
        boolean closed = failure instanceof NoHttpResponseException || failure instanceof RequestCutOffException;
        return execCount == 1 && closed && hasServedBefore(context);
    }

    @Override
    public boolean retryRequest(HttpResponse response, int execCount, HttpContext context) {
        return false;
    }

    @Override
    public TimeValue getRetryInterval(HttpResponse response, int execCount, HttpContext context) {
        return TimeValue.ZERO_MILLISECONDS;
    }

    private static boolean hasServedBefore(HttpContext context) {
        EndpointDetails connection = HttpClientContext.cast(context).getEndpointDetails();
        return connection != null && connection.getResponseCount() > 0;
    }
}
