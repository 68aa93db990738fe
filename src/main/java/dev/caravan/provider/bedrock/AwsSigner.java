package dev.caravan.provider.bedrock;

import dev.caravan.config.BedrockProvider;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;

/**
 * Signs requests to Bedrock with AWS credentials. These are looked up where all tools of AWS look (environment, the token that
 * Kubernetes gives to a service account, profile with its role, container, machine) when the first request comes,
 * kept, and looked up again before they expire. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html">AWS: Signature Version 4</a>
 */
public final class AwsSigner {
    private static final Logger LOG = LoggerFactory.getLogger(AwsSigner.class);
    private static final String SERVICE = "bedrock";

    private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();
    private final AwsCredentialsProvider credentials;
    private final String provider;
    private final String region;

    AwsSigner(AwsCredentialsProvider credentials, String provider, String region) {
        this.credentials = credentials;
        this.provider = provider;
        this.region = region;
    }

    /** A signer for a provider's requests. A configured profile wins over the environment, as it does in AWS's own tools. */
    public static AwsSigner of(BedrockProvider provider) {
        AwsCredentialsProvider credentials = provider.options().profile()
                .<AwsCredentialsProvider>map(ProfileCredentialsProvider::create)
                .orElseGet(() -> DefaultCredentialsProvider.builder().build());
        return new AwsSigner(credentials, provider.name(), provider.options().region());
    }

    /**
     * The headers that sign a request. Signed are its method, URL, body, host, content type and the headers that begin with
     * {@code x-amz}; whatever else it has may still change.
     *
     * @param url the URL as it goes over the wire: what is escaped there must be escaped here
     * @param headers the request's headers, with the {@code Host} as sent; one of that name is made from the URL when missing
     * @return headers to be added: {@code Authorization}, {@code X-Amz-Date}, {@code x-amz-content-sha256} and, for temporary
     *         credentials, {@code X-Amz-Security-Token}
     * @throws ApiException 502 when there are no credentials
     */
    public Map<String, String> sign(String method, URI url, Map<String, String> headers, byte[] body) {
        SdkHttpRequest.Builder request = SdkHttpRequest.builder().method(SdkHttpMethod.fromValue(method)).uri(url);
        headers.forEach((name, value) -> {
            if (isSigned(name.toLowerCase(Locale.ROOT))) {
                request.putHeader(name, value);
            }
        });
        AwsCredentials identity = credentials();
        SignedRequest signed = signer.sign(sign -> sign.identity(identity).request(request.build())
                .payload(ContentStreamProvider.fromByteArray(body))
                .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, SERVICE)
                .putProperty(AwsV4HttpSigner.REGION_NAME, region));
        Map<String, String> added = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        signed.request().forEachHeader((name, values) -> added.put(name, values.getFirst()));
        added.keySet().removeIf(name -> name.equalsIgnoreCase("host") || headers.containsKey(name));
        return added;
    }

    private static boolean isSigned(String header) {
        return header.equals("host") || header.equals("content-type") || header.startsWith("x-amz");
    }

    private AwsCredentials credentials() {
        try {
            return credentials.resolveCredentials();
        } catch (SdkException | IllegalArgumentException | IllegalStateException e) { // a file that says impossible things, too
            // Where it looked is for the operator, not for the client.
            LOG.warn("Provider {} has no AWS credentials: {}", provider, e.getMessage());
            throw new ApiException(502, ErrorType.API_ERROR, "provider " + provider + " has no AWS credentials");
        }
    }
}
