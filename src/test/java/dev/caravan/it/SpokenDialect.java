package dev.caravan.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.testkit.AwsFrames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;

/** What an upstream of each dialect puts on the wire: a short message, whole and as a stream, and how it tells a failure. */
enum SpokenDialect {
    OPENAI("dialect: openai, base-url: \"%s/v1\"", "x", "text/event-stream",
            ChatWire.completion("{\"role\":\"assistant\",\"content\":\"TEXT\"}", "stop"),
            "{\"error\":{\"message\":\"WORDS\",\"type\":\"rate_limit\",\"param\":null,\"code\":null}}") {
        @Override
        byte[] start() {
            return ChatWire.delta("{\"role\":\"assistant\",\"content\":\"\"}").getBytes(UTF_8);
        }

        @Override
        byte[] text(String text) {
            return ChatWire.text(text).getBytes(UTF_8);
        }

        @Override
        byte[] closing() {
            return ChatWire.end("stop").getBytes(UTF_8);
        }

        @Override
        byte[] garbage() {
            return "data: {\"choices\":[}\n\n".getBytes(UTF_8);
        }

        @Override
        byte[] slowDown() {
            return "data: {\"error\":{\"message\":\"slow down\",\"code\":429}}\n\ndata: [DONE]\n\n".getBytes(UTF_8);
        }
    },
    ANTHROPIC("dialect: anthropic, base-url: \"%s\"", "claude-x", "text/event-stream",
            Wire.MESSAGE.replace(Wire.ANSWER + " \\u00e9", "TEXT"),
            "{\"type\":\"error\",\"error\":{\"type\":\"TYPE\",\"message\":\"WORDS\"}}") {
        @Override
        byte[] start() {
            return Wire.opening().getBytes(UTF_8);
        }

        @Override
        byte[] text(String text) {
            return Wire.frame("content_block_delta", Wire.delta(text)).getBytes(UTF_8);
        }

        @Override
        byte[] closing() {
            return Wire.closing().getBytes(UTF_8);
        }

        @Override
        byte[] garbage() {
            return Wire.frame("content_block_delta", "{\"type\":}").getBytes(UTF_8);
        }

        @Override
        byte[] slowDown() {
            return Wire.frame("error",
                    "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"slow down\"}}")
                    .getBytes(UTF_8);
        }
    },
    GEMINI("dialect: gemini, base-url: \"%s\"", "gemini-3-flash", "text/event-stream",
            GeminiWire.reply("[{\"text\": \"TEXT\"}]", "STOP"), GeminiWire.error(1, "X", "WORDS", "")) {
        @Override
        byte[] start() {
            return "data: {\"usageMetadata\": {\"trafficType\": \"ON_DEMAND\"}}\r\n\r\n".getBytes(UTF_8);
        }

        @Override
        byte[] text(String text) {
            return GeminiWire.text(text).getBytes(UTF_8);
        }

        @Override
        byte[] closing() {
            return GeminiWire.end("STOP").getBytes(UTF_8);
        }

        @Override
        byte[] garbage() {
            return "data: {\"candidates\":[}\r\n\r\n".getBytes(UTF_8);
        }

        @Override
        byte[] slowDown() {
            return GeminiWire.error(429, "RESOURCE_EXHAUSTED", "slow down", "").getBytes(UTF_8);
        }
    },
    CONVERSE("dialect: bedrock, region: eu-west-1, api: converse, base-url: \"%s\"", "amazon.nova-x",
            "application/vnd.amazon.eventstream",
            "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"text\":\"TEXT\"}]}},\"stopReason\":\"end_turn\","
                    + "\"usage\":{\"inputTokens\":7,\"outputTokens\":9}}",
            "{\"message\":\"WORDS\"}") {
        @Override
        byte[] start() {
            return AwsFrames.stream("messageStart {\"role\":\"assistant\"}");
        }

        @Override
        byte[] text(String text) {
            return AwsFrames
                    .stream("contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"text\":\"" + text + "\"}}");
        }

        @Override
        byte[] closing() {
            return AwsFrames
                    .stream("contentBlockStop {\"contentBlockIndex\":0}\nmessageStop {\"stopReason\":\"end_turn\"}"
                            + "\nmetadata {\"usage\":{\"inputTokens\":7,\"outputTokens\":9}}");
        }

        @Override
        byte[] garbage() {
            return AwsFrames.event("contentBlockDelta", "<html>");
        }

        @Override
        byte[] slowDown() {
            return AwsFrames.exception("throttlingException", "{\"message\":\"slow down\"}");
        }
    },
    INVOKE("dialect: bedrock, region: eu-west-1, api: invoke, base-url: \"%s\"", "anthropic.claude-x",
            "application/vnd.amazon.eventstream", Wire.MESSAGE.replace(Wire.ANSWER + " \\u00e9", "TEXT"),
            "{\"message\":\"WORDS\"}") {
        @Override
        byte[] start() {
            return chunks(Wire.MESSAGE_START, Wire.BLOCK_START);
        }

        @Override
        byte[] text(String text) {
            return chunks(Wire.delta(text));
        }

        @Override
        byte[] closing() {
            return chunks(Wire.BLOCK_STOP, Wire.MESSAGE_DELTA, Wire.MESSAGE_STOP);
        }

        @Override
        byte[] garbage() {
            return AwsFrames.event("chunk", "<html>");
        }

        @Override
        byte[] slowDown() {
            return AwsFrames.exception("throttlingException", "{\"message\":\"slow down\"}");
        }
    },
    OLLAMA("dialect: ollama, base-url: \"%s\"", "qwen3", "application/x-ndjson",
            "{\"model\":\"q\",\"message\":{\"role\":\"assistant\",\"content\":\"TEXT\"},\"done\":true,"
                    + "\"done_reason\":\"stop\",\"prompt_eval_count\":30,\"eval_count\":9}\n",
            "{\"error\":\"WORDS\"}") {
        @Override
        byte[] start() {
            return text("");
        }

        @Override
        byte[] text(String text) {
            return ("{\"model\":\"q\",\"created_at\":\"2026-08-21T10:00:00Z\",\"message\":{\"role\":\"assistant\","
                    + "\"content\":\"" + text + "\"},\"done\":false}\n").getBytes(UTF_8);
        }

        @Override
        byte[] closing() {
            return message("").getBytes(UTF_8);
        }

        @Override
        byte[] garbage() {
            return "<html>\n".getBytes(UTF_8);
        }

        @Override
        byte[] slowDown() {
            return "{\"error\":\"slow down\"}\n".getBytes(UTF_8);
        }
    };

    private final String settings;
    private final String model;
    private final String contentType;
    private final String message;
    private final String failure;

    SpokenDialect(String settings, String model, String contentType, String message, String failure) {
        this.settings = settings;
        this.model = model;
        this.contentType = contentType;
        this.message = message;
        this.failure = failure;
    }

    /** Two providers for each dialect; one of them must not be silent for long. The upstream's address is {@code %s}. */
    static String config() {
        StringBuilder config = new StringBuilder("providers:\n");
        for (SpokenDialect dialect : values()) {
            String settings = dialect.settings + ", api-key: " + Wire.UPSTREAM_KEY;
            config.append("  ").append(dialect.provider()).append(": { ").append(settings).append(" }\n  brief-")
                    .append(dialect.provider()).append(": { ").append(settings)
                    .append(", timeouts: { idle: 400ms } }\n");
        }
        return config.toString();
    }

    private String provider() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /** What a client asks for. */
    String model() {
        return provider() + "/" + model;
    }

    /** The same at a provider that must not be silent for long. */
    String briefModel() {
        return "brief-" + model();
    }

    /** The head of a reply that streams. */
    UpstreamCall head(UpstreamCall call) throws IOException {
        return call.send(
                "HTTP/1.1 200 OK\r\ncontent-type: " + contentType + "\r\ntransfer-encoding: chunked\r\n\r\n");
    }

    /** The head and the first words. */
    UpstreamCall begin(UpstreamCall call) throws IOException {
        return head(call).chunk(start()).chunk(text(Wire.ANSWER));
    }

    /** What stands before the first words of a stream. */
    abstract byte[] start();

    /** Words; they go into JSON as they are. */
    abstract byte[] text(String text);

    /** The end of a stream that is whole. */
    abstract byte[] closing();

    /** What stands where an event should. */
    abstract byte[] garbage();

    /** A failure in mid-stream. */
    abstract byte[] slowDown();

    /** The same message when it did not stream. */
    String message(String text) {
        return message.replace("TEXT", text);
    }

    /** The body of a failure. */
    String failure(String type, String words) {
        return failure.replace("TYPE", type).replace("WORDS", words);
    }

    private static byte[] chunks(String... events) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        List.of(events).forEach(event -> bytes.writeBytes(AwsFrames.chunk(event)));
        return bytes.toByteArray();
    }
}
