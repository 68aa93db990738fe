package dev.caravan.provider.bedrock;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiException;
import dev.caravan.message.ApiVersion;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.RequestDecoder;
import dev.caravan.message.Usage;
import dev.caravan.provider.ResponseDecoder;
import dev.caravan.provider.Told;
import dev.caravan.provider.ToolNames;
import dev.caravan.testkit.AwsFrames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * What goes to Converse, and what comes of its replies. Every reply is held against the grammar of events.
 *
 * @param failure what the reply ended with instead of its end, null if it did not; damage of frames and JSON is a 502
 */
record Converse(List<MessageEvent> events, ApiException failure) implements Told {
    static final String CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0";
    static final String NOVA = "us.amazon.nova-pro-v1:0";
    static final String LLAMA = "meta.llama3-3-70b-instruct-v1:0";
    /** Whose model this is, nobody can tell. */
    static final String PROFILE = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc123def456";

    static final MessageStart OPENING = new MessageStart("msg_1", "claude-x", Usage.of(50, 1));
    private static final MessageRequest NO_TOOLS = decoded(
            "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}");

    static MessageRequest decoded(String request) {
        return RequestDecoder.decode(request.getBytes(StandardCharsets.UTF_8), ApiVersion.V2023_06_01);
    }

    // Requests

    /** The request of Converse for this one of the Messages API. */
    static String request(String request, String model) {
        return request(request, model, List.of());
    }

    static String request(String request, String model, List<String> betas) {
        MessageRequest decoded = decoded(request);
        byte[] encoded = new ConverseRequestEncoder("aws", new ModelId(model), betas).encode(decoded,
                ToolNames.of(decoded));
        return new String(encoded, StandardCharsets.UTF_8);
    }

    /** The messages of the request of Converse for these messages. */
    static String messages(String messages, String model) {
        String encoded = request("{\"model\":\"claude\",\"max_tokens\":9,\"messages\":" + messages + "}", model);
        String mark = ",\"messages\":";
        assertTrue(encoded.endsWith("}"), encoded);
        return encoded.substring(encoded.indexOf(mark) + mark.length(), encoded.length() - 1);
    }

    /** The content of the only message, which the user sends. */
    static String content(String content) {
        String messages = messages("[{\"role\":\"user\",\"content\":" + content + "}]", CLAUDE);
        String head = "[{\"role\":\"user\",\"content\":";
        assertTrue(messages.startsWith(head) && messages.endsWith("}]"), messages);
        return messages.substring(head.length(), messages.length() - 2);
    }

    /** What of the request of Converse stands before the messages for a request with these further fields. */
    static String fields(String fields, String model) {
        String tail = ",\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"hi\"}]}]}";
        String encoded = request("{\"model\":\"claude\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\","
                + "\"content\":\"hi\"}]" + (fields.isEmpty() ? "" : "," + fields) + "}", model);
        assertTrue(encoded.startsWith("{") && encoded.endsWith(tail), encoded);
        return encoded.substring(1, encoded.length() - tail.length());
    }

    // Replies

    static ConverseResponseDecoder decoder(List<MessageEvent> events, String model, String... stopSequences) {
        return new ConverseResponseDecoder(events::add, OPENING, ToolNames.of(NO_TOOLS), new ModelId(model),
                List.of(stopSequences));
    }

    /** Decodes the lines of {@link AwsFrames#stream}, behind which the source ends. */
    static Converse stream(String lines) {
        return stream(AwsFrames.stream(lines), at -> Integer.MAX_VALUE);
    }

    static Converse stream(String lines, String model) {
        List<MessageEvent> events = new ArrayList<>();
        return read(AwsFrames.stream(lines), at -> Integer.MAX_VALUE, decoder(events, model), events);
    }

    static Converse stream(byte[] bytes, IntUnaryOperator sizes) {
        List<MessageEvent> events = new ArrayList<>();
        return read(bytes, sizes, decoder(events, CLAUDE), events);
    }

    /**
     * Reads a stream to its end or failure, in pieces.
     *
     * @param sizes how long the piece is that begins at an offset, at least 1
     * @param events where the decoder puts its events
     */
    static Converse read(byte[] bytes, IntUnaryOperator sizes, ResponseDecoder decoder, List<MessageEvent> events) {
        EventStreamFraming framing = new EventStreamFraming(decoder);
        ApiException failure = null;
        try {
            for (int at = 0; at < bytes.length && !decoder.finished();) {
                int size = Math.min(sizes.applyAsInt(at), bytes.length - at);
                byte[] piece = Arrays.copyOfRange(bytes, at, at + size);
                framing.feed(piece, 0, size);
                Arrays.fill(piece, (byte) '?'); // the bytes are the reader's
                boolean more = true;
                while (more && !decoder.finished()) {
                    more = framing.next();
                }
                at += size;
            }
            if (!decoder.finished()) {
                if (!framing.end()) {
                    throw new IOException("cut off");
                }
                decoder.end();
            }
        } catch (ApiException e) {
            failure = e;
        } catch (IOException e) {
            failure = ConverseResponseDecoder.failure("damaged");
        }
        return checked(decoder, events, failure);
    }

    /** Decodes a reply that did not stream. */
    static Converse reply(String json) {
        List<MessageEvent> events = new ArrayList<>();
        ConverseResponseDecoder decoder = decoder(events, CLAUDE);
        ApiException failure = null;
        try {
            decoder.message(json.getBytes(StandardCharsets.UTF_8));
        } catch (ApiException e) {
            failure = e;
        } catch (IOException e) {
            failure = ConverseResponseDecoder.failure("damaged");
        }
        return checked(decoder, events, failure);
    }

    private static Converse checked(ResponseDecoder decoder, List<MessageEvent> events, ApiException failure) {
        if (failure == null) {
            assertTrue(decoder.finished());
            EventGrammar.check(events);
        } else {
            EventGrammar.checkCutOff(events);
        }
        return new Converse(events, failure);
    }
}
