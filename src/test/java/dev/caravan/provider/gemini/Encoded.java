package dev.caravan.provider.gemini;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.caravan.message.ApiException;
import dev.caravan.message.ApiVersion;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.RequestDecoder;
import dev.caravan.provider.ToolNames;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Requests as the wire has them, on both sides of the encoder. Every encoded one is held against the schema of Gemini's. */
final class Encoded {
    static final String MODEL = "gemini-2.5-flash";
    static final String GENERATION_3 = "gemini-3-flash";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final GeminiRequestEncoder ENCODER = new GeminiRequestEncoder("google");
    private static final JsonSchema SCHEMA = schema();

    private Encoded() {}

    private static JsonSchema schema() {
        InputStream in = Encoded.class.getResourceAsStream("/gemini/generate-content-request.schema.json");
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(in);
    }

    static MessageRequest decoded(String request) {
        return RequestDecoder.decode(request.getBytes(StandardCharsets.UTF_8), ApiVersion.V2023_06_01);
    }

    /** The body for this request of the Messages API. */
    static String request(String request, String model) {
        MessageRequest decoded = decoded(request);
        String body = new String(
                ENCODER.encode(decoded, model, Integer.MAX_VALUE, ToolNames.beginningWithALetter(decoded)),
                StandardCharsets.UTF_8);
        Set<ValidationMessage> problems = SCHEMA.validate(json(body));
        assertTrue(problems.isEmpty(), () -> problems + "\n" + body);
        return body;
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }

    /** What a request with nothing but these messages becomes, without what is the same in all. */
    static String contents(String messages) {
        return contents(messages, MODEL);
    }

    static String contents(String messages, String model) {
        String frame = "{\"generationConfig\":{\"maxOutputTokens\":9},\"contents\":";
        String body = request("{\"model\":\"claude\",\"max_tokens\":9,\"messages\":" + messages + "}", model);
        assertTrue(body.startsWith(frame) && body.endsWith("}"), body);
        return body.substring(frame.length(), body.length() - 1);
    }

    /** What these fields beside one message become, without what is the same in all. */
    static String fields(String fields) {
        return fields(fields, MODEL);
    }

    static String fields(String fields, String model) {
        String head = "{\"generationConfig\":{\"maxOutputTokens\":9";
        String tail = ",\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"hi\"}]}]}";
        String body = request(withFields(fields), model);
        assertTrue(body.startsWith(head) && body.endsWith(tail), body);
        return body.substring(head.length(), body.length() - tail.length());
    }

    static String withFields(String fields) {
        return "{\"model\":\"claude\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]," + fields
                + "}";
    }

    static String withMessages(String messages) {
        return "{\"model\":\"claude\",\"max_tokens\":9,\"messages\":" + messages + "}";
    }

    /** Expects a request to be refused with this message. */
    static void refuses(String request, String message) {
        ApiException e = assertThrows(ApiException.class, () -> request(request, MODEL));
        assertEquals("400 invalid_request_error: " + message,
                e.status() + " " + e.type().wireName() + ": " + e.getMessage());
    }
}
