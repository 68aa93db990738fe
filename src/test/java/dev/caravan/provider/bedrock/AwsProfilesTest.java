package dev.caravan.provider.bedrock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.caravan.config.BedrockProvider;
import dev.caravan.config.ProviderBuilder;
import dev.caravan.message.ApiException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Credentials that AWS gives out only when it is asked: roles of profiles, and those of service accounts in Kubernetes. */
class AwsProfilesTest {
    private static final String CREDENTIALS = """
        <%1$sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><%1$sResult><Credentials>
        <AccessKeyId>ASIATEMPORARY</AccessKeyId><SecretAccessKey>temporary-secret</SecretAccessKey>
        <SessionToken>temporary-token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>
        </Credentials></%1$sResult></%1$sResponse>
        """;
    private static final List<String> PROPERTIES = List.of("aws.configFile", "aws.sharedCredentialsFile", "aws.region",
            "aws.endpointUrlSts", "aws.webIdentityTokenFile", "aws.roleArn", "aws.roleSessionName");

    @TempDir
    Path directory;

    private final List<String> asked = new ArrayList<>();
    private HttpServer sts;

    @BeforeEach
    void start() throws IOException {
        sts = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        sts.createContext("/", exchange -> {
            String question = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            asked.add(question);
            boolean isWebIdentity = question.contains("Action=AssumeRoleWithWebIdentity");
            byte[] answer = CREDENTIALS.formatted(isWebIdentity ? "AssumeRoleWithWebIdentity" : "AssumeRole")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("content-type", "text/xml");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        sts.start();
        System.setProperty("aws.endpointUrlSts", "http://127.0.0.1:" + sts.getAddress().getPort());
        System.setProperty("aws.region", "eu-west-1");
        System.setProperty("aws.sharedCredentialsFile", directory.resolve("none").toString());
    }

    @AfterEach
    void stop() {
        sts.stop(0);
        PROPERTIES.forEach(System::clearProperty);
    }

    private void profiles(String text) throws IOException {
        System.setProperty("aws.configFile", Files.writeString(directory.resolve("config"), text).toString());
    }

    private static Map<String, String> signed(String settings) {
        ProviderBuilder builder = new ProviderBuilder();
        builder.setName("aws");
        builder.setSettings("dialect: bedrock\nregion: eu-west-1\n" + settings);
        return AwsSigner.of((BedrockProvider) builder.build()).sign("POST",
                URI.create("https://bedrock-runtime.eu-west-1.amazonaws.com/model/x/converse"), Map.of(), new byte[0]);
    }

    private static void assertTemporary(Map<String, String> headers) {
        assertEquals("temporary-token", headers.get("X-Amz-Security-Token"));
        assertTrue(headers.get("Authorization").contains("Credential=ASIATEMPORARY/"), headers.toString());
    }

    @Test
    @DisplayName("a profile's role is asked for with the credentials of its source")
    void aRoleOfAProfile() throws IOException {
        profiles("""
            [profile base]
            aws_access_key_id = AKIDBASE
            aws_secret_access_key = base-secret
            [profile work]
            role_arn = arn:aws:iam::123456789012:role/models
            source_profile = base
            """);
        assertTemporary(signed("profile: work"));
        assertEquals(1, asked.size());
        assertTrue(asked.getFirst().contains("RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fmodels"),
                asked.getFirst());
    }

    @Test
    @DisplayName("Kubernetes: the role of a service account is asked for with its token")
    void aServiceAccount() throws IOException {
        Path token = Files.writeString(directory.resolve("token"), "the-token");
        System.setProperty("aws.webIdentityTokenFile", token.toString());
        System.setProperty("aws.roleArn", "arn:aws:iam::123456789012:role/pod");
        System.setProperty("aws.roleSessionName", "caravan");
        assertTemporary(signed(""));
        assertTrue(asked.getFirst().contains("WebIdentityToken=the-token"), asked.getFirst());
    }

    @Test
    @DisplayName("a profile that cannot work is a 502 that names the provider; where to look is in the log alone")
    void profilesThatCannotWork() throws IOException {
        profiles("""
            [profile loop]
            role_arn = arn:aws:iam::123456789012:role/a
            source_profile = loop2
            [profile loop2]
            role_arn = arn:aws:iam::123456789012:role/b
            source_profile = loop
            [profile half]
            aws_access_key_id = AKIDBASE
            [profile sso]
            sso_session = missing
            sso_account_id = 123456789012
            sso_role_name = models
            """);
        for (String profile : List.of("nobody", "loop", "half", "sso")) {
            ApiException failure = assertThrows(ApiException.class, () -> signed("profile: " + profile), profile);
            assertEquals("502 provider aws has no AWS credentials", failure.status() + " " + failure.getMessage());
        }
    }
}
