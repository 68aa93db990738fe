package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a provider cannot be sent is refused to OpenAI's clients in their envelope, with the field as they wrote it. */
class ImpossibleChatRequestsTest extends GatewayTest {
    private static final String FILE = "{\"type\":\"file\",\"file\":{\"filename\":\"a.pdf\",\"file_data\":\"data:application/pdf;base64,eA==\"}}";
    private static final String IMAGE = "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://example.com/a.png\"}}";
    private static final String TOOLS = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],";

    @Override
    protected String config() {
        return """
            providers:
              deepseek: { preset: deepseek, base-url: "%s", api-key: upstream-key-0123456789 }
              mlx: { preset: mlx-lm-server, base-url: "%s/v1" }
              ollama: { dialect: ollama, base-url: "%s" }
              gemini: { dialect: gemini, base-url: "%s", api-key: upstream-key-0123456789 }
              aws: { dialect: bedrock, base-url: "%s", region: eu-west-1, api-key: upstream-key-0123456789 }
            """;
    }

    @ParameterizedTest
    @DisplayName("the field's path, the provider's name, and nothing is sent")
    @CsvSource(delimiter = '|', textBlock = """
        deepseek | FILE  |                            | messages[0].content[1].file
        deepseek | IMAGE |                            | messages[0].content[1]
        mlx      | FILE  |                            | messages[0].content[1].file
        mlx      | -     | "tool_choice":"required"   | tool_choice
        ollama   | FILE  |                            | messages[0].content[1].file
        ollama   | IMAGE |                            | messages[0].content[1].image_url
        ollama   | -     | "tool_choice":"required"   | tool_choice
        gemini   | IMAGE |                            | messages[0].content[1].image_url
        aws      | IMAGE |                            | messages[0].content[1].image_url
        gemini   | -     | "stop":["1","2","3","4","5","6"] | stop
        """)
    void refused(String provider, String part, String field, String param) throws IOException {
        String content = "{\"type\":\"text\",\"text\":\"hi\"}"
                + (part.equals("-") ? "" : "," + part.replace("FILE", FILE).replace("IMAGE", IMAGE));
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/chat/completions", "{\"model\":\"" + provider + "/some.model\","
                    + (field == null ? "" : TOOLS + field + ",") + "\"messages\":[{\"role\":\"user\",\"content\":["
                    + content + "]}]}").reply();
            JsonNode error = reply.json().path("error");
            assertEquals(400, reply.status(), reply.text());
            assertEquals(param, error.path("param").asText(), reply.text());
            assertEquals("invalid_request_error", error.path("type").asText());
            assertEquals(true, error.path("message").asText().endsWith("cannot be sent to provider " + provider),
                    reply.text());
        }
        assertEquals(List.of(), upstream.calls());
    }

    @ParameterizedTest
    @DisplayName("an address that cannot be read, or is too long")
    @CsvSource({"/v1/chat/completions?x=%zz, 400", "/v1/chat/%, 400", "/v1/chat/completions%, 400",
            "/v1/chat/completions?LONG, 414"})
    void anAddressOfTheOtherDoorThatIsNotAsItShouldBe(String path, int status) throws IOException {
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post(path.replace("LONG", "a".repeat(5_000)), "{}").reply();
            assertEquals(status, reply.status(), reply.text());
            assertEquals("application/json", reply.header("content-type"));
            assertEquals("{\"error\":{\"message\":\"" + reply.json().path("error").path("message").asText()
                    + "\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}", reply.text());
        }
        assertEquals(List.of(), gateway.log().troubles());
    }
}
