package dev.caravan.provider.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.config.OpenAiOptions;
import dev.caravan.message.ApiException;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.EventText;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.Usage;
import dev.caravan.provider.Chunkings;
import dev.caravan.provider.SseReply;
import dev.caravan.provider.Told;
import dev.caravan.provider.ToolNames;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a reply decodes to. A stream is given as lines, one event each: a chunk's JSON; {@code [DONE]}; {@code event: error} and
 * its data; or short for a common chunk: {@code D} and a delta, {@code F} and a finish reason, {@code U} and the usage. Behind
 * the last line the source ends. Every stream is held against the grammar of events.
 */
record Decoded(List<MessageEvent> events, ApiException failure) implements Told {
    static final MessageStart OPENING = new MessageStart("msg_1", "claude-x", Usage.of(50, 1));
    /** A longer stream is cut at every second or third place only, to keep the tests short. */
    private static final int MOST_CUTS = 1_000;
    /** What is true of a server that never says that an answer is complete. */
    static final OpenAiOptions ACCEPTING = Encoded.provider("dialect: openai\noptions: { premature-end: accept }")
            .options();
    static final ToolNames NO_NAMES = ToolNames
            .of(Encoded.decoded(
                    "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}"));

    static Decoded stream(String lines) {
        return stream(lines, OpenAiOptions.DEFAULT, NO_NAMES);
    }

    static Decoded stream(String lines, OpenAiOptions options, ToolNames names) {
        List<MessageEvent> events = new ArrayList<>();
        OpenAiResponseDecoder decoder = new OpenAiResponseDecoder(events::add, OPENING, names, options);
        ApiException failure = null;
        try {
            for (String line : lines.strip().split("\n")) {
                feed(decoder, line);
            }
            decoder.end();
        } catch (ApiException e) {
            failure = e;
        }
        if (failure == null) {
            assertTrue(decoder.finished());
            EventGrammar.check(events);
        } else {
            EventGrammar.checkCutOff(events);
        }
        Decoded decoded = new Decoded(events, failure);
        decoded.isTheSameHoweverCut(lines, options, names);
        return decoded;
    }

    /** The same stream as server-sent events whose bytes the network cuts. */
    private void isTheSameHoweverCut(String lines, OpenAiOptions options, ToolNames names) {
        StringBuilder wire = new StringBuilder(": PROCESSING\n\n");
        for (String line : lines.strip().split("\n")) {
            String error = "event: error ";
            boolean isError = line.startsWith(error);
            wire.append(isError ? "event: error\n" : "").append("data: ")
                    .append(chunk(isError ? line.substring(error.length()) : line)).append("\n\n");
        }
        List<List<byte[]>> chunkings = Chunkings.of(wire.toString());
        for (List<byte[]> chunks : chunkings.size() > MOST_CUTS ? thinned(chunkings) : chunkings) {
            List<MessageEvent> cut = new ArrayList<>();
            ApiException cutFailure = SseReply.read(chunks,
                    out -> new OpenAiResponseDecoder(out, OPENING, names, options), cut);
            assertEquals(failure == null ? null : failure.getMessage(),
                    cutFailure == null ? null : cutFailure.getMessage());
            String whole = fixedIds(EventText.of(events));
            String read = fixedIds(EventText.of(cut));
            // What a chunk said before it failed is not told.
            assertTrue(failure == null ? read.equals(whole) : whole.startsWith(read), () -> whole + "\n--\n" + read);
        }
    }

    private static List<List<byte[]>> thinned(List<List<byte[]>> chunkings) {
        List<List<byte[]>> some = new ArrayList<>(chunkings.subList(0, 2));
        int step = chunkings.size() / MOST_CUTS + 1;
        for (int i = 2; i < chunkings.size(); i += step) {
            some.add(chunkings.get(i));
        }
        return some;
    }

    private static String fixedIds(String events) {
        return events.replaceAll("toolu_\\w{24}", "toolu_");
    }

    /** Hands over one line in the midst of other bytes, as it would lie in a read buffer. */
    static void feed(OpenAiResponseDecoder decoder, String line) {
        String error = "event: error ";
        byte[] data = chunk(line.startsWith(error) ? line.substring(error.length()) : line)
                .getBytes(StandardCharsets.UTF_8);
        byte[] buffer = new byte[data.length + 14];
        Arrays.fill(buffer, (byte) '}');
        System.arraycopy(data, 0, buffer, 7, data.length);
        decoder.event(line.startsWith(error) ? "error" : "message", buffer, 7, data.length);
        Arrays.fill(buffer, (byte) '?'); // the buffer is the decoder's during the call only
    }

    static String chunk(String line) {
        String head = "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":";
        String rest = line.length() < 2 ? "" : line.substring(2);
        return switch (line.length() < 2 ? "" : line.substring(0, 2)) {
            case "D " -> head + "[{\"index\":0,\"delta\":" + rest + ",\"logprobs\":null,\"finish_reason\":null}]}";
            case "F " -> head + "[{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"" + rest + "\"}]}";
            case "U " -> head + "[],\"usage\":" + rest + "}";
            default -> line;
        };
    }

    /** A reply that did not stream. */
    static Decoded reply(String json) {
        return reply(json, NO_NAMES);
    }

    static Decoded reply(String json, ToolNames names) {
        List<MessageEvent> events = new ArrayList<>();
        OpenAiResponseDecoder decoder = new OpenAiResponseDecoder(events::add, OPENING, names, OpenAiOptions.DEFAULT);
        try {
            decoder.message(json.getBytes(StandardCharsets.UTF_8));
        } catch (ApiException e) {
            EventGrammar.checkCutOff(events);
            return new Decoded(events, e);
        }
        assertTrue(decoder.finished());
        EventGrammar.check(events);
        return new Decoded(events, null);
    }
}
