package dev.caravan.cli;

import static dev.caravan.cli.ScriptedServer.reply;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.HttpProvider;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Providers over HTTP that answer in every way. */
final class HttpProviderCheckTest {
    private static final String KEY = "sk-secret-of-the-provider";
    private static final String LIST = "{\"object\":\"list\",\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}]}";

    private static HttpProviderCheck.Result check(String dialect, String url, String more) throws InterruptedException {
        CaravanConfig config = Configurations.read("""
            providers:
              cloud: { dialect: %s, base-url: "%s"%s }
            """.formatted(dialect, url, more));
        HttpProviderCheck.Result result = new HttpProviderCheck((HttpProvider) config.providers().get("cloud")).run();
        assertFalse(result.toString().contains(KEY), "a key is shown");
        return result;
    }

    private static String withKey() {
        return ", api-key: " + KEY;
    }

    /** A server that gives its list to those with the key. */
    private static ScriptedServer keyed() {
        return new ScriptedServer((request, client) -> ScriptedServer.write(client,
                request.contains(KEY) ? reply(200, "application/json", LIST) : reply(401, "application/json", "{}")));
    }

    @Test
    void openaiIsAskedForItsModelsWithTheKey() throws Exception {
        try (ScriptedServer server = keyed()) {
            HttpProviderCheck.Result result = check("openai", server.url() + "/v1",
                    withKey() + ", headers: { X-Title: caravan }");
            assertEquals(Finding.ok("cloud: " + server.url() + " is reachable, 2 models, the key is accepted"),
                    result.finding());
            assertEquals(Optional.of(List.of("a", "b")), result.models());
            String request = server.requests().getFirst();
            assertTrue(request.startsWith("GET /v1/models HTTP/1.1\r\n"), request);
            assertTrue(request.contains("\r\nauthorization: Bearer " + KEY + "\r\n"), request);
            assertTrue(request.contains("\r\nX-Title: caravan\r\n"), request);
        }
    }

    @Test
    void anthropicIsAskedForItsModelsWithTheKey() throws Exception {
        try (ScriptedServer server = keyed()) {
            HttpProviderCheck.Result result = check("anthropic", server.url().toString(), withKey());
            assertEquals(Finding.Mark.OK, result.finding().mark());
            String request = server.requests().getFirst();
            assertTrue(request.startsWith("GET /v1/models?limit=1000 HTTP/1.1\r\n"), request);
            assertTrue(request.contains("\r\nx-api-key: " + KEY + "\r\n"), request);
            assertTrue(request.contains("\r\nanthropic-version: 2023-06-01\r\n"), request);
        }
    }

    @Test
    void anthropicIsAskedInTheConfiguredVersion() throws Exception {
        try (ScriptedServer server = keyed()) {
            check("anthropic", server.url().toString(), withKey() + ", version: 2026-10-21");
            String request = server.requests().getFirst();
            assertTrue(request.contains("\r\nanthropic-version: 2026-10-21\r\n"), request);
        }
    }

    @Test
    void azureIsAskedWithItsOwnHeaderAndVersion() throws Exception {
        try (ScriptedServer server = keyed()) {
            HttpProviderCheck.Result result = check("openai", server.url() + "/openai/v1",
                    withKey() + ", preset: azure-openai, options: { api-version: preview }");
            assertEquals(Finding.ok("cloud: " + server.url() + " is reachable, 2 models, the key is accepted"),
                    result.finding());
            String request = server.requests().getFirst();
            assertTrue(request.startsWith("GET /openai/v1/models?api-version=preview HTTP/1.1\r\n"), request);
            assertTrue(request.contains("\r\napi-key: " + KEY + "\r\n"), request);
            assertFalse(request.contains("authorization"), request);
        }
    }

    @Test
    void ollamaIsAskedForItsModels() throws Exception {
        String list = "{\"models\":[{\"name\":\"qwen3:8b\",\"model\":\"qwen3:8b\",\"size\":1}]}";
        try (ScriptedServer server = new ScriptedServer(
                (request, client) -> ScriptedServer.write(client, reply(200, "application/json", list)))) {
            HttpProviderCheck.Result result = check("ollama", server.url().toString(), "");
            assertEquals(Finding.ok("cloud: " + server.url() + " is reachable, 1 model"), result.finding());
            assertEquals(Optional.of(List.of("qwen3:8b")), result.models());
            String request = server.requests().getFirst();
            assertTrue(request.startsWith("GET /api/tags HTTP/1.1\r\n"), request);
        }
    }

    @Test
    void geminiIsAskedForItsModelsWithTheKey() throws Exception {
        String list = "{\"models\":[{\"name\":\"models/gemini-2.5-pro\",\"version\":\"1\"},{\"name\":\"models/gemma-3\"}]}";
        try (ScriptedServer server = ScriptedServer.answering(reply(200, "application/json", list))) {
            HttpProviderCheck.Result result = check("gemini", server.url().toString(), withKey());
            assertEquals(List.of("gemini-2.5-pro", "gemma-3"), result.models().orElseThrow());
            String request = server.requests().getFirst();
            assertTrue(request.startsWith("GET /v1beta/models?pageSize=1000 HTTP/1.1\r\n"), request);
            assertTrue(request.contains("\r\nx-goog-api-key: " + KEY + "\r\n"), request);
        }
    }

    @Test
    void aListThatEverybodyMaySeeProvesNoKey() throws Exception {
        try (ScriptedServer server = ScriptedServer.answering(reply(200, "application/json", LIST))) {
            assertEquals(
                    Finding.ok("cloud: " + server.url()
                            + " is reachable, 2 models; the key was not tried, since that list needs none"),
                    check("openai", server.url() + "/v1", withKey()).finding());
            assertFalse(server.requests().get(1).contains(KEY));
        }
    }

    @Test
    void aProviderWithoutAKeyIsReachable() throws Exception {
        try (ScriptedServer server = ScriptedServer.answering(reply(200, "application/json", LIST))) {
            assertEquals(Finding.ok("cloud: " + server.url() + " is reachable, 2 models"),
                    check("openai", server.url() + "/v1", "").finding());
            assertEquals(1, server.requests().size());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        401 | PROBLEM | refuses the key (HTTP 401)                                  | check providers.cloud.api-key
        403 | PROBLEM | refuses the key (HTTP 403)                                  | check providers.cloud.api-key
        404 | WARNING | has no list of models (HTTP 404): the key was not tried     | base-url, which usually ends with /v1
        405 | WARNING | has no list of models (HTTP 405)                            | base-url, which usually ends with /v1
        429 | WARNING | takes no more requests right now (HTTP 429)                 | limits of your plan
        400 | WARNING | answers HTTP 400 to the question for its models             | providers.cloud.base-url
        500 | PROBLEM | fails (HTTP 500)                                            | try again later
        503 | PROBLEM | fails (HTTP 503)                                            | try again later
        302 | PROBLEM | redirects (HTTP 302), which Caravan does not follow         | providers.cloud.base-url
        200 | WARNING | answers, but not with a list of models                      | providers.cloud.base-url
        """)
    void everyStatusHasItsFinding(int status, Finding.Mark mark, String text, String advice) throws Exception {
        // A careless server sends the key back.
        try (ScriptedServer server = ScriptedServer.answering(reply(status, "text/plain", "your key " + KEY))) {
            Finding finding = check("openai", server.url() + "/v1", withKey()).finding();
            assertEquals(mark, finding.mark());
            assertTrue(finding.text().startsWith("cloud: " + server.url() + " "), finding.text());
            assertTrue(finding.text().contains(text), finding.text());
            assertTrue(finding.advice().orElse("").contains(advice), finding.toString());
        }
    }

    private static final String AWS = "{ dialect: bedrock, region: eu-west-1, base-url: \"%s\", %s }";

    private static HttpProviderCheck.Result checkBedrock(String url, String more) throws InterruptedException {
        CaravanConfig config = Configurations.read("providers:\n  cloud: " + AWS.formatted(url, more) + "\n");
        return new HttpProviderCheck((HttpProvider) config.providers().get("cloud")).run();
    }

    /** Bedrock looks at the credentials first, so a model that is not there proves them, and costs nothing. */
    @Test
    void bedrockIsAskedForAModelThatIsNotThere() throws Exception {
        String refusal = reply(400, "application/json", "{\"message\":\"The provided model identifier is invalid.\"}");
        try (ScriptedServer server = ScriptedServer.answering(refusal)) {
            assertEquals(Finding.ok("cloud: " + server.url() + " is reachable, the key is accepted"),
                    checkBedrock(server.url().toString(), "api-key: " + KEY).finding());
            String request = server.requests().getFirst();
            assertTrue(request.startsWith("POST /model/caravan.doctor/converse HTTP/1.1\r\n"), request);
            assertTrue(request.contains("\r\nauthorization: Bearer " + KEY + "\r\n"), request);
        }
    }

    @Test
    void bedrockIsAskedWithASignature() throws Exception {
        Path profiles = Files.writeString(Files.createTempFile("aws", "credentials"),
                "[work]\naws_access_key_id = AKIDWORK\naws_secret_access_key = " + KEY + "\n");
        System.setProperty("aws.sharedCredentialsFile", profiles.toString());
        try (ScriptedServer server = ScriptedServer.answering(reply(403, "application/json", "{}"))) {
            Finding finding = checkBedrock(server.url().toString(), "profile: work").finding();
            assertEquals("cloud: " + server.url() + " refuses the AWS credentials (HTTP 403)", finding.text());
            assertEquals(
                    Optional.of("check them, the region of providers.cloud, and that they may do bedrock:InvokeModel"),
                    finding.advice());
            assertTrue(server.requests().getFirst().contains("AWS4-HMAC-SHA256 Credential=AKIDWORK/"),
                    server.requests().getFirst());
        } finally {
            System.clearProperty("aws.sharedCredentialsFile");
            Files.delete(profiles);
        }
    }

    @Test
    void bedrockIsNotAskedWithoutCredentials() throws Exception {
        Finding finding = checkBedrock("http://127.0.0.1:1", "profile: nobody").finding();
        assertEquals("cloud: http://127.0.0.1:1 cannot be asked: provider cloud has no AWS credentials",
                finding.text());
    }

    @Test
    void aMissingKeyIsAskedFor() throws Exception {
        try (ScriptedServer server = keyed()) {
            Finding finding = check("openai", server.url() + "/v1", "").finding();
            assertEquals("cloud: " + server.url() + " wants a key (HTTP 401)", finding.text());
            assertEquals(Optional.of("add api-key to providers.cloud"), finding.advice());
        }
    }

    @Test
    void aRedirectNamesWhereToWithoutItsPath() throws Exception {
        try (ScriptedServer server = ScriptedServer.answering("HTTP/1.1 301 Moved\r\nlocation: https://new.example/"
                + KEY + "\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")) {
            assertTrue(check("openai", server.url() + "/v1", withKey()).finding().text()
                    .contains("redirects to https://new.example (HTTP 301)"));
        }
    }

    @Test
    void thePathOfTheUrlIsNotShown() throws Exception {
        try (ScriptedServer server = ScriptedServer.answering(reply(200, "application/json", LIST))) {
            check("openai", server.url() + "/" + KEY + "/v1", "");
        }
    }

    @Test
    void whereNobodyListensItIsSaidSo() throws Exception {
        String url = "http://127.0.0.1:" + ScriptedServer.deafPort();
        Finding finding = check("openai", url + "/v1", withKey()).finding();
        assertEquals(Finding.problem("cloud: " + url + " is not reachable: the connection was refused",
                "start the server there, or check host and port of providers.cloud.base-url"), finding);
    }

    @Test
    void aServerThatSaysNothingIsNotWaitedFor() throws Exception {
        try (ScriptedServer server = new ScriptedServer((request, client) -> ScriptedServer.awaitLeft(client))) {
            Finding finding = check("openai", server.url() + "/v1", ", timeouts: { connect: 100ms }").finding();
            assertEquals(Finding.Mark.PROBLEM, finding.mark());
            assertTrue(finding.text().contains("is not reachable: ") && finding.text().endsWith(" in time"),
                    finding.text());
        }
    }

    @Test
    void aServerThatSpeaksNoTlsIsToldApart() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.startVirtualThread(() -> {
                try (Socket client = server.accept()) {
                    client.getInputStream().read(); // the greeting of TLS: a server of HTTP speaks second
                    ScriptedServer.write(client, reply(400, "text/plain", "this is no https"));
                    ScriptedServer.awaitLeft(client);
                } catch (IOException e) {
                    // the test is over
                }
            });
            Finding finding = check("openai", "https://127.0.0.1:" + server.getLocalPort() + "/v1", withKey())
                    .finding();
            assertEquals(Finding.Mark.PROBLEM, finding.mark());
            assertTrue(finding.text().contains("is not reachable: no secure connection (TLS): "), finding.text());
        }
    }

    @Test
    void aConnectionThatEndsWithoutAReplyIsBroken() throws Exception {
        try (ScriptedServer server = new ScriptedServer((request, client) -> {})) {
            assertTrue(check("openai", server.url() + "/v1", withKey()).finding().text()
                    .contains("is not reachable: the connection broke"));
        }
    }

    @Test
    void aNameWithoutAnAddressIsToldApart() {
        IOException failure = new ConnectException();
        failure.initCause(new UnresolvedAddressException());
        assertEquals(NetworkFailure.Kind.UNKNOWN_HOST, NetworkFailure.of(failure).kind());
    }
}
