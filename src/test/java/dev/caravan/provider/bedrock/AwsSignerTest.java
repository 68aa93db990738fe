package dev.caravan.provider.bedrock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.message.ApiException;
import dev.caravan.testkit.SigV4;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Signatures as the server will check them. */
class AwsSignerTest {
    private static final String SECRET_KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private static final AwsCredentials LONG_TERM = AwsBasicCredentials.create("AKIDEXAMPLE", SECRET_KEY);
    private static final byte[] BODY = "{\"messages\":\"ü\"}".getBytes(StandardCharsets.UTF_8);

    private static AwsSigner signer(AwsCredentials credentials) {
        return new AwsSigner(() -> credentials, "aws", "eu-west-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"amazon.nova-pro-v1:0", "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-x-v1:0",
            "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc", "a b", "a%2Fb", "ü~*'()",
            "a//b"})
    void pathsAreSignedAsTheyAreSent(String model) {
        String path = "/vpc/model/" + new ModelId(model).escaped() + "/converse-stream";
        URI url = URI.create("https://bedrock-runtime.eu-west-1.amazonaws.com" + path);
        Map<String, String> headers = new HashMap<>(Map.of("Host", "bedrock-runtime.eu-west-1.amazonaws.com",
                "Content-Type", "application/json", "Content-Length", "7", "User-Agent", "caravan", "X-Other", "x",
                "X-Amzn-Bedrock-GuardrailIdentifier", "g"));
        headers.putAll(signer(LONG_TERM).sign("POST", url, headers, BODY));
        assertEquals(
                new SigV4.Found("AKIDEXAMPLE", "eu-west-1", "bedrock",
                        "content-type;host;x-amz-content-sha256;x-amz-date;x-amzn-bedrock-guardrailidentifier", true),
                SigV4.check("POST", path, headers, BODY, SECRET_KEY));
    }

    @Test
    void aSessionTokenIsSentAndSigned() {
        AwsCredentials session = AwsSessionCredentials.create("AKIDEXAMPLE", SECRET_KEY, "the//session+token==");
        Map<String, String> headers = new HashMap<>(
                Map.of("Host", "127.0.0.1:8080", "content-type", "application/json"));
        URI url = URI.create("http://127.0.0.1:8080/model/m/converse");
        Map<String, String> added = signer(session).sign("POST", url, headers, BODY);
        assertEquals(Set.of("Authorization", "X-Amz-Date", "X-Amz-Security-Token", "x-amz-content-sha256"),
                new TreeSet<>(added.keySet()));
        assertEquals("the//session+token==", added.get("X-Amz-Security-Token"));
        headers.putAll(added);
        assertEquals(
                new SigV4.Found("AKIDEXAMPLE", "eu-west-1", "bedrock",
                        "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token",
                        true),
                SigV4.check("POST", "/model/m/converse", headers, BODY, SECRET_KEY));
        headers.put("X-Amz-Security-Token", "another");
        assertFalse(SigV4.check("POST", "/model/m/converse", headers, BODY, SECRET_KEY).valid());
    }

    @Test
    void withoutCredentialsNothingIsSent() {
        AwsSigner signer = new AwsSigner(() -> {
            throw SdkClientException.create("Unable to load credentials from /home/somebody/.aws/credentials");
        }, "aws", "eu-west-1");
        ApiException failure = assertThrows(ApiException.class,
                () -> signer.sign("POST", URI.create("https://x/"), Map.of(), BODY));
        assertEquals("502 provider aws has no AWS credentials", failure.status() + " " + failure.getMessage());
    }
}
