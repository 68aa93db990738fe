package dev.caravan.it;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.ContentBlock;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.TextBlock;
import com.anthropic.models.messages.Tool;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/** Anthropic's Java SDK, pointed at a gateway. */
final class JavaSdk {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private JavaSdk() {}

    /** A client that sends its key as the SDK does, and does not try again by itself. */
    static AnthropicClient client(GatewayUnderTest gateway, String key) {
        return AnthropicOkHttpClient.builder().baseUrl("http://127.0.0.1:" + gateway.port()).apiKey(key).maxRetries(0)
                .timeout(PATIENCE).build();
    }

    /** The beginning of a request for the model. */
    static MessageCreateParams.Builder request(String model) {
        return MessageCreateParams.builder().model(model).maxTokens(64).addUserMessage(Wire.PROMPT);
    }

    static Tool tool(String name, String argument) {
        return Tool.builder().name(name).description("Looks up " + name)
                .inputSchema(Tool.InputSchema.builder()
                        .properties(Tool.InputSchema.Properties.builder()
                                .putAdditionalProperty(argument, JsonValue.from(Map.of("type", "string"))).build())
                        .addRequired(argument).build())
                .build();
    }

    /** The message that the SDK's accumulator, which checks the grammar of the events, makes of a stream. */
    static Message stream(AnthropicClient client, MessageCreateParams request) {
        MessageAccumulator accumulator = MessageAccumulator.create();
        try (StreamResponse<RawMessageStreamEvent> events = client.messages().createStreaming(request)) {
            events.stream().forEach(accumulator::accumulate);
        }
        return accumulator.message();
    }

    /** All text of a message. */
    static String text(Message message) {
        return message.content().stream().filter(ContentBlock::isText).map(ContentBlock::asText).map(TextBlock::text)
                .collect(Collectors.joining());
    }
}
