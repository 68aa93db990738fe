package dev.caravan.provider.bedrock;

import dev.caravan.config.BedrockProvider;
import dev.caravan.provider.ProviderHttpClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.ProtocolException;

/**
 * The HTTP client of a Bedrock provider: its key as a bearer token, or every request signed. Signing is the last thing that happens
 * to a request, when its URL, host and body are what goes over the wire; a request that is sent again is signed again.
 */
final class BedrockHttpClient extends ProviderHttpClient {
    private final BedrockProvider provider;

    BedrockHttpClient(BedrockProvider provider) {
        super(provider, "Authorization", "Bearer ");
        this.provider = provider;
    }

    @Override
    public void configureHttpClient(HttpClientBuilder builder) {
        super.configureHttpClient(builder);
        if (provider.endpoint().apiKey().isEmpty()) {
            AwsSigner signer = AwsSigner.of(provider);
            builder.addRequestInterceptorLast((request, entity, context) -> sign(signer, request, entity));
        }
    }

    private static void sign(AwsSigner signer, HttpRequest request, EntityDetails entity)
            throws HttpException, IOException {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (Header header : request.getHeaders()) {
            headers.put(header.getName(), header.getValue());
        }
        signer.sign(request.getMethod(), url(request), headers, body(entity)).forEach(request::setHeader);
    }

    private static URI url(HttpRequest request) throws HttpException {
        try {
            return request.getUri();
        } catch (URISyntaxException e) {
            throw new ProtocolException("the request has no URL");
        }
    }

    private static byte[] body(EntityDetails entity) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (entity instanceof HttpEntity content) {
            content.writeTo(body);
        }
        return body.toByteArray();
    }
}
