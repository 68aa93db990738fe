package dev.caravan.bench;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The upstream's answers to one model name, HTTP framing included, built once and sent many times.
 *
 * @param json            the answer when no stream was asked for
 * @param stream          the answer as a stream
 * @param streamWithUsage the same with OpenAI's usage chunk, for {@code stream_options.include_usage}
 */
record Reply(Buffer json, Stream stream, Stream streamWithUsage) {

    static final String OPENAI_PATH = "/v1/chat/completions";
    static final String ANTHROPIC_PATH = "/v1/messages";

    /**
     * A stream, each server-sent event an HTTP chunk of its own, as providers send them.
     *
     * @param opener response head, what comes before any content, and the first content event
     * @param tokens the content events; the first of them is not sent alone
     * @param closer the events after the content and the end of the body
     * @param whole  all of it
     */
    record Stream(Buffer opener, List<Buffer> tokens, Buffer closer, Buffer whole) {

        private static final String HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
                + "cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n";

        static Stream of(List<String> before, List<String> tokens, List<String> after) {
            Buffer opener = Buffer.buffer(HEAD);
            before.forEach(event -> opener.appendBuffer(chunk(event)));
            List<Buffer> chunks = tokens.stream().map(Stream::chunk).toList();
            opener.appendBuffer(chunks.getFirst());
            Buffer closer = Buffer.buffer();
            after.forEach(event -> closer.appendBuffer(chunk(event)));
            closer.appendString("0\r\n\r\n");
            Buffer whole = opener.copy();
            chunks.subList(1, chunks.size()).forEach(whole::appendBuffer);
            whole.appendBuffer(closer);
            return new Stream(opener, chunks, closer, whole);
        }

        private static Buffer chunk(String event) {
            byte[] bytes = Script.utf8(event);
            return Buffer.buffer(Integer.toHexString(bytes.length) + "\r\n").appendBytes(bytes).appendString("\r\n");
        }
    }

    /** The reply in the dialect of this path. */
    static Reply of(String path, Script script) {
        return path.equals(OPENAI_PATH) ? openAi(script) : anthropic(script);
    }

    /** A response with a length. */
    static Buffer http(String status, String type, String body) {
        byte[] bytes = Script.utf8(body);
        return Buffer
                .buffer("HTTP/1.1 " + status + "\r\ncontent-type: " + type + "\r\ncontent-length: " + bytes.length
                        + "\r\n\r\n")
                .appendBytes(bytes);
    }

    /**
     * A reply as api.openai.com writes it (OpenAI's openapi.yaml, CreateChatCompletionResponse and
     * CreateChatCompletionStreamResponse): a role chunk, the content chunks, a finish chunk, perhaps the usage chunk, and
     * {@code [DONE]}.
     */
    private static Reply openAi(Script script) {
        String head = "{\"id\":\"chatcmpl-CdBench7qXo2mVtJ4kPzR9wLsY1aE\",\"object\":\"chat.completion";
        String middle = "\",\"created\":1763596800,\"model\":\"" + script.model() + "\",";
        String tier = "\"service_tier\":\"default\",\"system_fingerprint\":\"fp_bench00000\"";
        String json = head + middle + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
                + script.text()
                + "\",\"refusal\":null,\"annotations\":[]},\"logprobs\":null,\"finish_reason\":\"stop\"}],"
                + openAiUsage(script)
                + "," + tier + "}";
        String start = "data: " + head + ".chunk" + middle + tier + ",\"choices\":[";
        return new Reply(http("200 OK", "application/json", json), openAiStream(script, start, "]", List.of()),
                openAiStream(script, start, "],\"usage\":null",
                        List.of(start + "]," + openAiUsage(script) + padding(8))));
    }

    private static String openAiUsage(Script script) {
        return "\"usage\":{\"prompt_tokens\":120,\"completion_tokens\":" + script.tokens() + ",\"total_tokens\":"
                + (120 + script.tokens()) + ",\"prompt_tokens_details\":{\"cached_tokens\":0,\"audio_tokens\":0},"
                + "\"completion_tokens_details\":{\"reasoning_tokens\":0,\"audio_tokens\":0,"
                + "\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}";
    }

    private static Stream openAiStream(Script script, String start, String end, List<String> usage) {
        String role = start + choice("{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}", "null") + end
                + padding(6);
        List<String> tokens = new ArrayList<>(script.tokens());
        for (int i = 0; i < script.tokens(); i++) {
            String delta = "{\"content\":\"" + script.token(i) + "\"}";
            tokens.add(start + choice(delta, "null") + end + padding(10 - script.token(i).length()));
        }
        List<String> after = new ArrayList<>(List.of(start + choice("{}", "\"stop\"") + end + padding(2)));
        after.addAll(usage);
        after.add("data: [DONE]\n\n");
        return Stream.of(List.of(role), tokens, after);
    }

    private static String choice(String delta, String finishReason) {
        return "{\"index\":0,\"delta\":" + delta + ",\"logprobs\":null,\"finish_reason\":" + finishReason + "}";
    }

    /** The field that OpenAI adds to every chunk so that its length does not tell the token's. */
    private static String padding(int length) {
        return ",\"obfuscation\":\"" + "k7Qw3ZbN9x".substring(0, length) + "\"}\n\n";
    }

    /** A reply as api.anthropic.com writes it (Messages API reference, "Streaming messages"). */
    private static Reply anthropic(Script script) {
        String head = "{\"id\":\"msg_01CdBench7qXo2mVtJ4kPzR9wL\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\""
                + script.model() + "\",\"content\":[";
        String usage = "\"usage\":{\"input_tokens\":120,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,"
                + "\"output_tokens\":";
        String json = head + "{\"type\":\"text\",\"text\":\"" + script.text()
                + "\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null," + usage + script.tokens() + "}}";
        List<String> before = List.of(
                event("message_start",
                        ",\"message\":" + head + "],\"stop_reason\":null,\"stop_sequence\":null," + usage + "1}}"),
                event("content_block_start", ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}"),
                event("ping", ""));
        List<String> tokens = new ArrayList<>(script.tokens());
        for (int i = 0; i < script.tokens(); i++) {
            tokens.add(event("content_block_delta",
                    ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + script.token(i) + "\"}"));
        }
        List<String> after = List.of(event("content_block_stop", ",\"index\":0"),
                event("message_delta", ",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},"
                        + "\"usage\":{\"output_tokens\":" + script.tokens() + "}"),
                event("message_stop", ""));
        Stream stream = Stream.of(before, tokens, after);
        return new Reply(http("200 OK", "application/json", json), stream, stream);
    }

    private static String event(String type, String fields) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + fields + "}\n\n";
    }
}
