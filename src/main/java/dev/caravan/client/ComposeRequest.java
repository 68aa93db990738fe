package dev.caravan.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.message.ApiException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Makes a request of the Messages API, JSON, of the body: a JSON object that has {@code messages} is one already and gets what it
 * lacks; any other text is a prompt. Not for streams: the answer comes whole. Thread-safe once it is set up.
 */
public final class ComposeRequest implements Processor {
    private static final ObjectMapper JSON = new ObjectMapper();

    private String model = "";
    private int maxTokens = 1_024;

    /** The model of requests that name none. */
    public void setModel(String model) {
        this.model = model;
    }

    /** The most tokens of answers to requests that do not say; from 1. */
    public void setMaxTokens(int maxTokens) {
        this.maxTokens = maxTokens;
    }

    /** @throws ApiException 400 when there is no prompt, no model, or a stream is asked for */
    @Override
    public void process(Exchange exchange) throws IOException {
        byte[] body = exchange.getMessage().getBody(byte[].class);
        String text = body == null ? "" : new String(body, StandardCharsets.UTF_8);
        if (text.isBlank()) {
            throw ApiException.invalid("", "expected a prompt, or a request as JSON, in the body");
        }
        ObjectNode request = request(text);
        if (request.path("model").asText().isEmpty()) {
            if (model.isEmpty()) {
                throw ApiException.invalid("model", "expected in the request or in the kamelet's property");
            }
            request.put("model", model);
        }
        if (!request.has("max_tokens")) {
            request.put("max_tokens", maxTokens);
        }
        if (request.path("stream").asBoolean()) {
            throw ApiException.invalid("stream", "the answer comes whole here; leave it out");
        }
        exchange.getMessage().setBody(JSON.writeValueAsBytes(request));
    }

    private static ObjectNode request(String text) {
        try {
            JsonNode json = text.stripLeading().startsWith("{") ? JSON.readTree(text) : null;
            if (json instanceof ObjectNode object && object.has("messages")) {
                return object;
            }
        } catch (JsonProcessingException e) {
            // a prompt that begins with a brace
        }
        ObjectNode request = JSON.createObjectNode();
        request.putArray("messages").addObject().put("role", "user").put("content", text);
        return request;
    }
}
