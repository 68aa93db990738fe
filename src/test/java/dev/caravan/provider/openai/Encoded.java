package dev.caravan.provider.openai;

import dev.caravan.config.OpenAiOptions;
import dev.caravan.config.OpenAiProvider;
import dev.caravan.config.ProviderBuilder;
import dev.caravan.message.ApiVersion;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.RequestDecoder;
import dev.caravan.provider.ToolNames;
import java.nio.charset.StandardCharsets;

/** Requests as the wire has them, on both sides of the encoder. */
final class Encoded {
    private static final OpenAiRequestEncoder ENCODER = new OpenAiRequestEncoder("home", OpenAiOptions.DEFAULT);

    private Encoded() {}

    static MessageRequest decoded(String request) {
        return RequestDecoder.decode(request.getBytes(StandardCharsets.UTF_8), ApiVersion.V2023_06_01);
    }

    /** The chat completions request for this one of the Messages API, under the provider's model name {@code m}. */
    static String request(String request) {
        return request(request, ENCODER);
    }

    static String request(String request, OpenAiRequestEncoder encoder) {
        MessageRequest decoded = decoded(request);
        return new String(encoder.encode(decoded, "m", ToolNames.of(decoded)), StandardCharsets.UTF_8);
    }

    /** The encoder of a provider with these settings, in the words of caravan.yaml. */
    static OpenAiRequestEncoder encoder(String settings) {
        return new OpenAiRequestEncoder(provider(settings));
    }

    /** A provider {@code home} with these settings, at no real address and with no real key. */
    static OpenAiProvider provider(String settings) {
        ProviderBuilder builder = new ProviderBuilder();
        builder.setName("home");
        builder.setSettings("base-url: \"http://home/v1\"\napi-key: key\n" + settings);
        return (OpenAiProvider) builder.build();
    }

    /** The same for a request with nothing but these messages. */
    static String messages(String messages) {
        return messages(messages, ENCODER);
    }

    static String messages(String messages, OpenAiRequestEncoder encoder) {
        String frame = "{\"model\":\"m\",\"max_tokens\":9,\"messages\":";
        String encoded = request("{\"model\":\"claude\",\"max_tokens\":9,\"messages\":" + messages + "}", encoder)
                .replace("max_completion_tokens", "max_tokens");
        if (!encoded.startsWith(frame) || !encoded.endsWith("}")) {
            throw new AssertionError(encoded);
        }
        return encoded.substring(frame.length(), encoded.length() - 1);
    }

    /** The same for a request with these further fields and one message, without what is the same in all. */
    static String fields(String fields) {
        return fields(fields, ENCODER);
    }

    static String fields(String fields, OpenAiRequestEncoder encoder) {
        String head = "{\"model\":\"m\",\"max_tokens\":9";
        String tail = ",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
        String encoded = request(
                "{\"model\":\"claude\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],"
                        + fields + "}",
                encoder).replace("max_completion_tokens", "max_tokens");
        if (!encoded.startsWith(head) || !encoded.endsWith(tail)) {
            throw new AssertionError(encoded);
        }
        return encoded.substring(head.length(), encoded.length() - tail.length());
    }
}
