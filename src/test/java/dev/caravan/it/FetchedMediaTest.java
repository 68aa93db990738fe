package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images and documents that a request gives by their URL, for providers with and without {@code fetch-media}. */
@Tag("case-17")
class FetchedMediaTest extends GatewayTest {
    private static final String GIF = "GIF89a picture";
    private static final String GIF_BASE64 = "R0lGODlhIHBpY3R1cmU=";
    private static final String SECRET_PATH = "/a-path-that-is-a-secret";

    @Override
    protected String config() {
        return """
            providers:
              fetching:
                dialect: openai
                base-url: "%s"
                fetch-media: { schemes: [http], hosts: ["@host@"], allow-addresses: [127.0.0.0/8], timeout: 1h }
              guarded: { dialect: openai, base-url: "%s", fetch-media: { schemes: [http], hosts: ["@host@"] } }
              usual: { dialect: openai, base-url: "%s", fetch-media: }
              plain: { dialect: openai, base-url: "%s" }
              google: { dialect: gemini, base-url: "%s", fetch-media: &here { schemes: [http], hosts: ["@host@"], allow-addresses: [127.0.0.0/8] } }
              home: { dialect: ollama, base-url: "%s", fetch-media: *here }
              converse: { dialect: bedrock, region: eu-west-1, base-url: "%s", api-key: upstream-key-0123456789, api: converse, fetch-media: *here }
              invoke: { dialect: bedrock, region: eu-west-1, base-url: "%s", api-key: upstream-key-0123456789, api: invoke, fetch-media: *here }
              process:
                dialect: exec
                command: [sh, -c, "read request; case \\"$request\\" in *R0lGODlhIHBpY3R1cmU=*) echo '{\\"text\\":\\"bytes\\"}';; *) echo '{\\"text\\":\\"none\\"}';; esac"]
                fetch-media: { schemes: [http], hosts: ["@host@"], allow-addresses: [127.0.0.0/8] }
            """.replace(
                "@host@", upstream.url().replace("http://", ""));
    }

    @Override
    protected List<String> secrets() {
        return List.of(Wire.PROMPT, Wire.ANSWER, SECRET_PATH);
    }

    private String request(String model) {
        return "{\"model\":\"" + model + "\",\"max_tokens\":64,\"messages\":[{\"role\":\"user\",\"content\":["
                + "{\"type\":\"text\",\"text\":\"" + Wire.PROMPT
                + "\"},{\"type\":\"image\",\"source\":{\"type\":\"url\","
                + "\"url\":\"" + upstream.url() + SECRET_PATH + "\"}}]}]}";
    }

    /** The file for who asks by GET, an answer for who asks the model. */
    private static void serve(UpstreamCall call) throws IOException {
        if (call.request().head().startsWith("GET ")) {
            call.reply("200 OK", "image/gif", GIF);
        } else {
            call.json(ChatWire.completion("{\"role\":\"assistant\",\"content\":\"" + Wire.ANSWER + "\"}", "stop"));
        }
    }

    private static String imageUrl(UpstreamCall call) {
        return call.request().text().replaceFirst("(?s).*\"image_url\":\\{\"url\":\"([^\"]*)\".*", "$1");
    }

    @Test
    void theProviderGetsBytes() throws IOException {
        upstream.script(FetchedMediaTest::serve);
        try (RawClient client = gateway.connect()) {
            assertEquals(200, client.post("/v1/messages", request("fetching/x")).reply().status());
        }
        assertEquals(2, upstream.calls().size());
        UpstreamCall fetched = upstream.calls().getFirst();
        assertTrue(fetched.request().head().startsWith("GET " + SECRET_PATH + " "), fetched.request().head());
        assertEquals("data:image/gif;base64," + GIF_BASE64, imageUrl(upstream.calls().get(1)));
    }

    /** Also those that get the client's own bytes, as Anthropic's models do at Bedrock. */
    @ParameterizedTest
    @ValueSource(strings = {"google", "home", "converse", "invoke"})
    void whateverItSpeaks(String provider) throws IOException {
        byte[] png = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n', 1, 2, 3, 4};
        upstream.script(call -> {
            if (call.request().head().startsWith("GET ")) {
                call.reply("200 OK", "image/png", png);
            } else {
                call.reply("400 Bad Request", "application/json", "{}");
            }
        });
        try (RawClient client = gateway.connect()) {
            client.post("/v1/messages", request(provider + "/x")).reply();
        }
        assertEquals(2, upstream.calls().size());
        String asked = upstream.calls().get(1).request().text();
        assertTrue(asked.contains(Base64.getEncoder().encodeToString(png)), asked);
        assertFalse(asked.contains(SECRET_PATH), asked);
    }

    @Test
    void soDoesAProcess() throws IOException {
        assumeTrue(new File("/bin/sh").canExecute(), "there is no /bin/sh");
        upstream.script(FetchedMediaTest::serve);
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", request("process/x")).reply();
            assertEquals("bytes", reply.json().path("content").get(0).path("text").asText());
        }
    }

    @Test
    void withoutTheSettingTheProviderGetsTheUrl() throws IOException {
        upstream.script(FetchedMediaTest::serve);
        try (RawClient client = gateway.connect()) {
            assertEquals(200, client.post("/v1/messages", request("plain/x")).reply().status());
        }
        assertEquals(1, upstream.calls().size());
        assertEquals(upstream.url() + SECRET_PATH, imageUrl(upstream.call()));
    }

    @Test
    void thisMachineIsNotFetchedFromUnlessAllowed() throws IOException {
        assertRefused("guarded/x", "messages.0.content.1.source.url: its host has no public address that is known");
        assertRefused("usual/x", "messages.0.content.1.source.url: expected an absolute https URL");
    }

    private void assertRefused(String model, String message) throws IOException {
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", request(model)).reply();
            assertEquals(400, reply.status());
            assertEquals("invalid_request_error", reply.json().at("/error/type").asText());
            assertEquals(message, reply.json().at("/error/message").asText());
        }
        assertEquals(0, upstream.calls().size(), "neither the file nor the model was asked for");
    }

    @Test
    void whatAServerAnswersInsteadIsNotTold() throws IOException {
        upstream.script(call -> call.reply("403 Forbidden", "text/plain", "an-internal-answer"));
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", request("fetching/x")).reply();
            assertEquals(400, reply.status());
            assertEquals("messages.0.content.1.source.url: the server did not answer with the file",
                    reply.json().at("/error/message").asText());
        }
        assertFalse(gateway.log().lines().stream().anyMatch(line -> line.text().contains("an-internal-answer")));
    }

    @Test
    void aClientThatLeavesEndsTheFetching() throws IOException {
        upstream.script(UpstreamCall::awaitClientClosed);
        try (RawClient client = gateway.connect()) {
            client.post("/v1/messages", request("fetching/x"));
            Patience.await("the file is asked for").until(() -> upstream.calls().size() == 1);
            client.close();
            assertCancelled();
        }
    }
}
