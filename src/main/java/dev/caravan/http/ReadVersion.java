package dev.caravan.http;

import dev.caravan.message.ApiException;
import dev.caravan.message.ApiVersion;
import dev.caravan.message.Call;
import io.vertx.core.http.HttpServerRequest;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Reads which version and which betas of the API the client speaks; its refusal is logged and has CORS headers like others. */
public final class ReadVersion implements Processor {
    /**
     * @throws ApiException 400 for a version that does not exist
     */
    @Override
    public void process(Exchange exchange) {
        HttpReply reply = exchange.getProperty(HttpReply.PROPERTY, HttpReply.class);
        HttpServerRequest request = reply.request();
        Call call = reply.call();
        call.setVersion(ApiVersion.ofHeader(request.getHeader("anthropic-version")));
        call.setBetas(request.headers().getAll("anthropic-beta"));
    }
}
