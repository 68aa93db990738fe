package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.testkit.AwsFrames;
import dev.caravan.testkit.SigV4;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Amazon Bedrock as the client sees it, and the gateway as Bedrock does: signed requests, frames, exceptions. */
class BedrockTest extends GatewayTest {
    private static final String SECRET_KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private static final String TOKEN = "session//token+0123456789==";
    private static final Map<String, String> SETTINGS = Map.of("aws.accessKeyId", "AKIDEXAMPLE",
            "aws.secretAccessKey", SECRET_KEY, "aws.sessionToken", TOKEN, "aws.disableEc2Metadata", "true");

    private static final String USAGE = "{\"metrics\":{\"latencyMs\":1},\"usage\":{\"inputTokens\":7,\"outputTokens\":9,"
            + "\"totalTokens\":20,\"cacheReadInputTokens\":4}}";
    private static final String OPENING = "messageStart {\"role\":\"assistant\"}\ncontentBlockDelta "
            + "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"" + Wire.ANSWER + "\"}}";
    private static final String STREAM = OPENING + "\ncontentBlockStop {\"contentBlockIndex\":0}\nmessageStop "
            + "{\"stopReason\":\"end_turn\"}\nmetadata " + USAGE;

    private static final String WHOLE = "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"text\":\""
            + Wire.ANSWER + "\"}]}},\"stopReason\":\"end_turn\"," + USAGE.substring(1);

    private Path profiles;

    @Override
    protected String config() {
        return """
            providers:
              aws: { dialect: bedrock, region: eu-west-1, base-url: "%s" }
              key: { dialect: bedrock, region: eu-west-1, base-url: "%s/vpc", api-key: upstream-key-0123456789 }
              profile: { dialect: bedrock, region: cn-north-1, base-url: "%s", profile: work }
              nobody: { dialect: bedrock, region: eu-west-1, base-url: "%s", profile: nobody }
              converse: { dialect: bedrock, region: eu-west-1, base-url: "%s", api: converse, betas: [a, b] }
            models:
              - { match: "claude-*", to: "aws/eu.anthropic.{model}-v1:0" }
              - { match: nova, to: "aws/us.amazon.nova-pro-v1:0" }
            """;
    }

    @Override
    protected List<String> secrets() {
        List<String> secrets = new ArrayList<>(super.secrets());
        secrets.addAll(List.of(SECRET_KEY, TOKEN, "profile-secret"));
        return secrets;
    }

    @BeforeAll
    @Override
    void startGateway() {
        try {
            profiles = Files.writeString(Files.createTempFile("aws", "credentials"), """
                [work]
                aws_access_key_id = AKIDWORK
                aws_secret_access_key = profile-secret
                """);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        SETTINGS.forEach(System::setProperty);
        System.setProperty("aws.sharedCredentialsFile", profiles.toString());
        super.startGateway();
    }

    @AfterAll
    void forgetCredentials() throws IOException {
        SETTINGS.keySet().forEach(System::clearProperty);
        System.clearProperty("aws.sharedCredentialsFile");
        Files.delete(profiles);
    }

    private WireReply ask(String body, String... headers) throws IOException {
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", body, headers).reply();
            reply.body();
            return reply;
        }
    }

    private static UpstreamCall head(UpstreamCall call) throws IOException {
        return call.send("HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\n"
                + "x-amzn-bedrock-content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n");
    }

    private static void stream(UpstreamCall call, byte[] bytes) throws IOException {
        head(call).chunk(bytes).lastChunk();
    }

    private SigV4.Found signature(String secretKey) {
        WireRequest request = upstream.call().request();
        Map<String, String> headers = new HashMap<>();
        request.headers().forEach(header -> headers.put(header.substring(0, header.indexOf(':')).toLowerCase(),
                header.substring(header.indexOf(':') + 1).strip()));
        return SigV4.check("POST", request.path(), headers, request.body(), secretKey);
    }

    @Test
    void aStreamOfConverse() throws IOException {
        upstream.script(call -> stream(call, AwsFrames.stream(STREAM)));
        WireReply reply = ask(Wire.streaming("nova"));
        assertEquals(200, reply.status(), reply.text());
        assertTrue(reply.text().contains("{\"type\":\"text_delta\",\"text\":\"" + Wire.ANSWER + "\"}"), reply.text());
        assertTrue(reply.text().contains("\"usage\":{\"input_tokens\":7,\"cache_creation_input_tokens\":0,"
                + "\"cache_read_input_tokens\":4,\"output_tokens\":9}"), reply.text());
        assertTrue(reply.text().endsWith("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"), reply.text());
        WireRequest request = upstream.call().request();
        assertEquals("/model/us.amazon.nova-pro-v1%3A0/converse-stream", request.path());
        assertEquals("application/json", request.header("content-type"));
        assertEquals(
                "{\"inferenceConfig\":{\"maxTokens\":64},\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\""
                        + Wire.PROMPT + "\"}]}]}",
                request.text());
    }

    @Test
    void aWholeReplyOfConverse() throws IOException {
        upstream.script(call -> call.json(WHOLE));
        JsonNode message = ask(Wire.request("nova")).json();
        assertEquals(Wire.ANSWER, message.at("/content/0/text").asText());
        assertEquals("end_turn", message.path("stop_reason").asText());
        assertEquals(9, message.at("/usage/output_tokens").asInt());
        assertEquals("/model/us.amazon.nova-pro-v1%3A0/converse", upstream.call().request().path());
        // the same for a client that wanted a stream
        assertTrue(ask(Wire.streaming("nova")).text().contains("event: message_stop\n"));
    }

    @Tag("case-13")
    @Test
    void anAnthropicModelIsPassedThrough() throws IOException {
        List<String> events = List.of(Wire.MESSAGE_START, Wire.BLOCK_START, Wire.delta(Wire.ANSWER), Wire.BLOCK_STOP,
                Wire.MESSAGE_DELTA, Wire.MESSAGE_STOP);
        upstream.script(call -> {
            head(call);
            for (String event : events) {
                call.chunk(AwsFrames.chunk(event));
            }
            call.lastChunk();
        });
        WireReply reply = ask(Wire.streaming("claude-x"), "anthropic-beta: effort-2025-11-24, claude-code-20250219",
                "anthropic-beta: context-1m-2025-08-07");
        StringBuilder expected = new StringBuilder();
        events.forEach(event -> expected.append(
                Wire.frame(event.substring("{\"type\":\"".length(), event.indexOf('"', 9)), event)));
        assertEquals(expected.toString(), reply.text());
        WireRequest request = upstream.call().request();
        assertEquals("/model/eu.anthropic.claude-x-v1%3A0/invoke-with-response-stream", request.path());
        assertEquals("{\"anthropic_version\":\"bedrock-2023-05-31\",\"anthropic_beta\":[\"effort-2025-11-24\","
                + "\"context-1m-2025-08-07\"],\"max_tokens\":64,\"messages\":[{\"role\":\"user\",\"content\":\""
                + Wire.PROMPT + "\"}]}", request.text());
        assertNull(request.header("anthropic-beta"));
    }

    @Test
    void aWholeMessageOfAnAnthropicModelIsPassedThrough() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        assertEquals(Wire.MESSAGE, ask(Wire.request("claude-x")).text());
        assertEquals("/model/eu.anthropic.claude-x-v1%3A0/invoke", upstream.call().request().path());
    }

    @Test
    void aWholeMessageInPlaceOfAStreamIsToldAsOne() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        try (RawClient client = gateway.connect()) {
            List<WireEvent> events = client.post("/v1/messages", Wire.streaming("claude-x")).head().events();
            assertEquals(0, events.getFirst().json().at("/message/usage/output_tokens").asInt(-1));
            assertEquals(12, events.getFirst().json().at("/message/usage/input_tokens").asInt());
            assertEquals(29, events.get(events.size() - 2).json().at("/usage/output_tokens").asInt());
            assertEquals("message_stop", events.getLast().name());
        }
    }

    @Test
    void whatIsNoMessageIsNotPassedThrough() throws IOException {
        upstream.script(call -> call.json("{\"message\":\"no\"}"));
        for (String body : List.of(Wire.request("claude-x"), Wire.streaming("claude-x"))) {
            WireReply reply = ask(body);
            assertEquals(502, reply.status(), reply.text());
            assertEquals("provider aws answered with JSON that is no message of the Messages API",
                    reply.json().at("/error/message").asText());
        }
    }

    @Test
    void aRefusedCredentialInAStreamIsTheGateways() throws IOException {
        upstream.script(call -> stream(call, AwsFrames.chunk(
                "{\"type\":\"error\",\"error\":{\"type\":\"authentication_error\",\"message\":\"invalid\"}}")));
        WireReply reply = ask(Wire.streaming("claude-x"));
        assertEquals(502, reply.status(), reply.text());
        assertEquals("provider aws refused the gateway's credential", reply.json().at("/error/message").asText());
    }

    @ParameterizedTest
    @CsvSource({"nova, /model/us.amazon.nova-pro-v1%3A0/converse",
            "aws/arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.amazon.nova-v1:0, "
                    + "/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A123456789012%3Ainference-profile%2Feu.amazon.nova-v1%3A0/converse",
            "aws/a%2Fb ~ü, /model/a%252Fb%20%7E%C3%BC/converse",
            "claude-x, /model/eu.anthropic.claude-x-v1%3A0/invoke"})
    void requestsAreSignedAsTheyAreSent(String model, String path) throws IOException {
        upstream.script(call -> call.json(path.endsWith("/converse") ? WHOLE : Wire.MESSAGE));
        assertEquals(200, ask(Wire.request(model)).status());
        assertEquals(path, upstream.call().request().path());
        assertEquals(
                new SigV4.Found("AKIDEXAMPLE", "eu-west-1", "bedrock",
                        "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token", true),
                signature(SECRET_KEY));
        assertEquals(TOKEN, upstream.call().request().header("x-amz-security-token"));
    }

    @Test
    void aProfileSigns() throws IOException {
        upstream.script(call -> call.json(WHOLE));
        assertEquals(200, ask(Wire.request("profile/amazon.nova-v1:0")).status());
        assertEquals(
                new SigV4.Found("AKIDWORK", "cn-north-1", "bedrock",
                        "content-type;host;x-amz-content-sha256;x-amz-date", true),
                signature("profile-secret"));
    }

    @Test
    void aKeyIsABearerToken() throws IOException {
        upstream.script(call -> call.json(WHOLE));
        assertEquals(200, ask(Wire.request("key/amazon.nova-v1:0")).status());
        WireRequest request = upstream.call().request();
        assertEquals("/vpc/model/amazon.nova-v1%3A0/converse", request.path());
        assertEquals("Bearer " + Wire.UPSTREAM_KEY, request.header("authorization"));
        assertNull(request.header("x-amz-date"));
    }

    @Test
    void aRequestThatIsSentAgainIsSignedAgain() throws IOException {
        AtomicInteger calls = new AtomicInteger();
        upstream.script(call -> {
            if (calls.incrementAndGet() == 2) {
                call.close(); // the connection is given up when its next request is on the way
            } else {
                call.json(Wire.MESSAGE);
            }
        });
        assertEquals(200, ask(Wire.request("claude-x")).status());
        assertEquals(200, ask(Wire.request("claude-x")).status());
        for (UpstreamCall call : upstream.calls()) {
            List<String> signed = call.request().headers().stream()
                    .filter(header -> header.toLowerCase().startsWith("authorization:")).toList();
            assertEquals(1, signed.size());
        }
    }

    @Test
    void withoutCredentialsNothingIsSent() throws IOException {
        WireReply reply = ask(Wire.request("nobody/amazon.nova-v1:0"));
        assertEquals(502, reply.status(), reply.text());
        assertEquals("provider nobody has no AWS credentials", reply.json().at("/error/message").asText());
        assertEquals(0, upstream.calls().size());
    }

    @Test
    void converseMayBeAskedForAnthropicsModels() throws IOException {
        upstream.script(call -> call.json(WHOLE));
        assertEquals(200, ask(Wire.request("converse/anthropic.claude-x"), "anthropic-beta: a,c,b").status());
        assertEquals("/model/anthropic.claude-x/converse", upstream.call().request().path());
        assertTrue(upstream.call().request().text()
                .contains("\"additionalModelRequestFields\":{\"anthropic_beta\":[\"a\",\"b\"]}"));
    }

    @Tag("case-15")
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        400 | ValidationException         | 400 | invalid_request_error | the reason
        429 | ThrottlingException         | 429 | rate_limit_error      | the reason
        424 | ModelErrorException         | 500 | api_error             | the reason
        503 | ServiceUnavailableException | 529 | overloaded_error      | the reason
        403 | AccessDeniedException       | 502 | api_error             | provider aws refused the gateway's credential (HTTP 403, AccessDeniedException)
        """)
    void failuresBeforeTheFirstByte(int status, String type, int told, String error, String message)
            throws IOException {
        upstream.script(call -> call.reply(status + " Whatever", "application/json", "{\"message\":\"the reason\"}",
                "x-amzn-errortype: " + type + ":http://internal.amazon.com/", "retry-after: 7"));
        for (String body : List.of(Wire.request("nova"), Wire.streaming("nova"), Wire.streaming("claude-x"))) {
            WireReply reply = ask(body);
            assertEquals(told, reply.status(), reply.text());
            assertEquals(error, reply.json().at("/error/type").asText());
            assertEquals(message, reply.json().at("/error/message").asText());
            assertEquals("7", reply.header("retry-after"));
        }
    }

    @Tag("case-15")
    @Test
    void anExceptionBeforeTheFirstTokenKeepsItsStatus() throws IOException {
        upstream.script(call -> stream(call, AwsFrames.stream(
                "messageStart {\"role\":\"assistant\"}\n!throttlingException {\"message\":\"slow down\"}")));
        WireReply reply = ask(Wire.streaming("nova"));
        assertEquals(429, reply.status(), reply.text());
        assertEquals("rate_limit_error", reply.json().at("/error/type").asText());
        assertEquals("slow down", reply.json().at("/error/message").asText());
    }

    private WireEvent lastOf(WireReply reply) throws IOException {
        assertEquals(200, reply.status());
        List<WireEvent> events = reply.events();
        assertFalse(events.stream().anyMatch(event -> event.name().equals("message_stop")));
        assertEquals(1, events.stream().filter(event -> event.name().equals("error")).count());
        return events.getLast();
    }

    @Tag("case-7")
    @ParameterizedTest
    @CsvSource({"throttlingException, rate_limit_error", "modelStreamErrorException, api_error",
            "internalServerException, api_error", "validationException, invalid_request_error",
            "serviceUnavailableException, overloaded_error"})
    void anExceptionInTheMidst(String type, String error) throws IOException {
        upstream.script(call -> stream(call, AwsFrames.stream(OPENING + "\n!" + type + " {\"message\":\"because\"}")));
        try (RawClient client = gateway.connect()) {
            WireEvent last = lastOf(client.post("/v1/messages", Wire.streaming("nova")).head());
            assertEquals(error, last.json().at("/error/type").asText());
            assertEquals("because", last.json().at("/error/message").asText());
        }
    }

    @Tag("case-7")
    @Test
    void aDamagedFrameIsNoEnd() throws IOException {
        CountDownLatch seen = new CountDownLatch(1);
        byte[] damaged = AwsFrames.stream("messageStop {\"stopReason\":\"end_turn\"}");
        damaged[damaged.length - 6] ^= 1;
        upstream.script(call -> head(call).chunk(AwsFrames.stream(OPENING)).await(seen).chunk(damaged).lastChunk());
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", Wire.streaming("nova")).head();
            assertEquals("message_start", reply.event().name());
            seen.countDown();
            assertEquals("api_error", lastOf(reply).json().at("/error/type").asText());
        }
    }

    @Test
    void framesThatComeInPiecesAreNotWaitedForLongerThanTheyTake() throws IOException {
        CountDownLatch seen = new CountDownLatch(1);
        upstream.script(call -> {
            byte[] bytes = AwsFrames.stream(STREAM);
            int opening = AwsFrames.stream(OPENING).length;
            head(call);
            for (int i = 0; i < bytes.length; i++) {
                if (i == opening) {
                    call.await(seen); // no byte more is needed for the first token
                }
                call.chunk(new byte[]{bytes[i]});
            }
            call.lastChunk();
        });
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", Wire.streaming("nova")).head();
            WireEvent event = reply.event();
            while (!event.name().equals("content_block_delta")) {
                event = reply.event();
            }
            seen.countDown();
            assertEquals("message_stop", reply.events().getLast().name());
        }
    }

    @Test
    void whatCannotBeCarriedIsRefusedWithItsPath() throws IOException {
        WireReply reply = ask("{\"model\":\"nova\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":"
                + "[{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://example.com/a.png\"}}]}]}");
        assertEquals(400, reply.status());
        assertEquals("messages.0.content.0.source: an image to be fetched from a URL cannot be sent to provider aws",
                reply.json().at("/error/message").asText());
        assertEquals(0, upstream.calls().size());
    }
}
