package dev.caravan.provider.gemini;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiException;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.Usage;
import dev.caravan.provider.ResponseDecoder;
import dev.caravan.provider.StreamCuts;
import dev.caravan.provider.StreamCuts.Outcome;
import dev.caravan.provider.ToolNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What a reply of Gemini decodes to. A stream is given as lines, one event each: a chunk's JSON, or short for a common one:
 * {@code P} and the parts; {@code F} and a finish reason; {@code U} and the usage. A line behind {@code !} stands in the stream
 * as it is, without a frame. Behind the last line the source ends.
 */
final class Decoded {
    static final MessageStart OPENING = new MessageStart("msg_1", "claude-x", Usage.of(50, 1));
    static final ToolNames NO_NAMES = ToolNames.beginningWithALetter(
            Encoded.decoded("{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}"));

    private Decoded() {}

    static ResponseDecoder decoder(Consumer<MessageEvent> out) {
        return new GeminiResponseDecoder(out, OPENING, NO_NAMES);
    }

    static Outcome stream(String lines) {
        return StreamCuts.decode(bytes(lines), Decoded::decoder);
    }

    /** The stream as the wire has it. */
    static byte[] bytes(String lines) {
        return lines.strip().lines()
                .map(line -> line.startsWith("!") ? line.substring(1) + "\n" : "data: " + chunk(line) + "\r\n\r\n")
                .collect(Collectors.joining()).getBytes(StandardCharsets.UTF_8);
    }

    static String chunk(String line) {
        String rest = line.length() < 2 ? "" : line.substring(2);
        return switch (line.length() < 2 ? "" : line.substring(0, 2)) {
            case "P " -> "{\"candidates\":[{\"content\":{\"parts\":" + rest
                    + ",\"role\":\"model\"},\"index\":0}],\"modelVersion\":\"gemini-x\",\"responseId\":\"r\"}";
            case "F " -> "{\"candidates\":[{\"finishReason\":\"" + rest + "\",\"index\":0}]}";
            case "U " -> "{\"usageMetadata\":" + rest + "}";
            default -> line;
        };
    }

    /** Expects a stream to say this, in the notation of {@link Outcome#text()}. */
    static void says(String lines, String expected) {
        assertEquals(expected.strip(), stream(lines).text());
    }

    /** A reply that did not stream. */
    static Outcome reply(String json) {
        List<MessageEvent> events = new ArrayList<>();
        ResponseDecoder decoder = decoder(events::add);
        try {
            decoder.message(json.getBytes(StandardCharsets.UTF_8));
        } catch (ApiException e) {
            EventGrammar.checkCutOff(events);
            return new Outcome(events, e);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        assertTrue(decoder.finished());
        EventGrammar.check(events);
        return new Outcome(events, null);
    }
}
