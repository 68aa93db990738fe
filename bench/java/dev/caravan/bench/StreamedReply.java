package dev.caravan.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.message.ApiVersion;
import dev.caravan.message.Call;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.RequestDecoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import software.amazon.eventstream.HeaderValue;
import software.amazon.eventstream.Message;

/** Replies of {@value #EVENTS} content events in each dialect, in the bytes and the order that its providers send. */
public enum StreamedReply {
    OPENAI_TEXT(BenchDialect.OPENAI) {
        @Override
        void write(ByteArrayOutputStream out) {
            openAi("{\"content\":\" wagon\"}", "{\"content\":\" wagon\"}", "stop", out);
        }
    },
    OPENAI_REASONING(BenchDialect.OPENAI) {
        @Override
        void write(ByteArrayOutputStream out) {
            String delta = "{\"content\":null,\"reasoning_content\":\" so\"}";
            openAi(delta, delta, "stop", out);
        }
    },
    OPENAI_TOOL_ARGUMENTS(BenchDialect.OPENAI) {
        @Override
        void write(ByteArrayOutputStream out) {
            openAi("{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\",\"function\":"
                    + "{\"name\":\"Bash\",\"arguments\":\"{\\\"command\\\":\\\"\"}}]}",
                    "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"ls -l \"}}]}", "tool_calls", out);
        }
    },
    ANTHROPIC(BenchDialect.ANTHROPIC) {
        @Override
        void write(ByteArrayOutputStream out) {
            for (int i = 0; i < EVENTS + 2; i++) {
                String json = messagesApi(i);
                String type = json.substring(9, json.indexOf('"', 9));
                out.writeBytes(("event: " + type + "\ndata: " + json + "\n\n").getBytes(UTF_8));
            }
        }
    },
    GEMINI_TEXT(BenchDialect.GEMINI) {
        @Override
        void write(ByteArrayOutputStream out) {
            gemini("{\"text\": \" wagon\"}", out);
        }
    },
    GEMINI_THOUGHTS(BenchDialect.GEMINI) {
        @Override
        void write(ByteArrayOutputStream out) {
            gemini("{\"text\": \" so\",\"thought\": true}", out);
        }
    },
    GEMINI_CALLS(BenchDialect.GEMINI) {
        @Override
        void write(ByteArrayOutputStream out) {
            gemini("{\"functionCall\": {\"name\": \"Bash\",\"args\": {\"command\": \"ls -l\",\"timeout\": 5}}}", out);
        }
    },
    CONVERSE_TEXT(BenchDialect.CONVERSE) {
        @Override
        void write(ByteArrayOutputStream out) {
            String delta = "{\"contentBlockIndex\":0,\"delta\":{\"text\":\" wagon\"},\"p\":\"abcdefghijklmnopqrstuvwxyzAB\"}";
            converse("contentBlockDelta", delta, delta, "end_turn", out);
        }
    },
    CONVERSE_TOOL_ARGUMENTS(BenchDialect.CONVERSE) {
        @Override
        void write(ByteArrayOutputStream out) {
            converse("contentBlockStart",
                    "{\"contentBlockIndex\":0,\"start\":{\"toolUse\":{\"name\":\"Bash\",\"toolUseId\":\"tooluse_1\"}}}",
                    "{\"contentBlockIndex\":0,\"delta\":{\"toolUse\":{\"input\":\"ls -l \"}},\"p\":\"abcdefghijklmnopqr\"}",
                    "max_tokens", out);
        }
    },
    INVOKE(BenchDialect.INVOKE) {
        @Override
        void write(ByteArrayOutputStream out) {
            for (int i = 0; i < EVENTS + 2; i++) {
                frame("chunk", "{\"bytes\":\"" + Base64.getEncoder().encodeToString(messagesApi(i).getBytes(UTF_8))
                        + "\",\"p\":\"abcdefgh\"}", out);
            }
        }
    },
    OLLAMA_TEXT(BenchDialect.OLLAMA) {
        @Override
        void write(ByteArrayOutputStream out) {
            ollama("\"content\":\" wagon\"", out);
        }
    },
    OLLAMA_THINKING(BenchDialect.OLLAMA) {
        @Override
        void write(ByteArrayOutputStream out) {
            ollama("\"content\":\"\",\"thinking\":\" so\"", out);
        }
    },
    OLLAMA_CALLS(BenchDialect.OLLAMA) {
        @Override
        void write(ByteArrayOutputStream out) {
            ollama("\"content\":\"\",\"tool_calls\":[{\"id\":\"call_1\",\"function\":{\"index\":0,\"name\":\"Bash\","
                    + "\"arguments\":{\"command\":\"ls -l\"}}}]", out);
        }
    },
    EXEC_TEXT(BenchDialect.EXEC) {
        @Override
        void write(ByteArrayOutputStream out) {
            exec("{\"text\":\" wagon\"}", out);
        }
    },
    EXEC_CALLS(BenchDialect.EXEC) {
        @Override
        void write(ByteArrayOutputStream out) {
            exec("{\"tool_use\":{\"name\":\"Bash\",\"input\":{\"command\":\"ls -l\"}}}", out);
        }
    };

    /** Those that carry content; the few around them are not counted. */
    static final int EVENTS = 200;

    final BenchDialect dialect;

    StreamedReply(BenchDialect dialect) {
        this.dialect = dialect;
    }

    abstract void write(ByteArrayOutputStream out);

    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        write(out);
        return out.toByteArray();
    }

    /** The call that it answers. */
    Call call() {
        return dialect.call(RequestDecoder.decode(
                "{\"model\":\"m\",\"max_tokens\":9,\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}"
                        .getBytes(UTF_8),
                ApiVersion.V2023_06_01));
    }

    void decode(byte[] bytes, Call call, Consumer<MessageEvent> out) throws IOException {
        dialect.decode(bytes, call, out);
    }

    private static void openAi(String first, String others, String reason, ByteArrayOutputStream out) {
        for (int i = 0; i < EVENTS; i++) {
            sse(openAi(i == 0 ? first : others, "null"), out);
        }
        sse(openAi("{}", "\"" + reason + "\""), out);
        sse("{\"id\":\"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT\",\"object\":\"chat.completion.chunk\","
                + "\"created\":1741569952,\"model\":\"gpt-4.1-2025-04-14\",\"choices\":[],\"usage\":{\"prompt_tokens\":19,"
                + "\"completion_tokens\":10,\"total_tokens\":29,\"prompt_tokens_details\":{\"cached_tokens\":0,"
                + "\"audio_tokens\":0}}}", out);
        sse("[DONE]", out);
    }

    private static String openAi(String delta, String reason) {
        return "{\"id\":\"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT\",\"object\":\"chat.completion.chunk\","
                + "\"created\":1741569952,\"model\":\"gpt-4.1-2025-04-14\",\"service_tier\":\"default\","
                + "\"system_fingerprint\":\"fp_44added55e\",\"choices\":[{\"index\":0,\"delta\":" + delta
                + ",\"logprobs\":null,\"finish_reason\":" + reason + "}],\"usage\":null,\"obfuscation\":\"D3WbtIxo\"}";
    }

    /** The event at a place in a stream of the Messages API: a start, a block of text, an end. */
    private static String messagesApi(int place) {
        return switch (place) {
            case 0 -> "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"content\":[]}}";
            case EVENTS + 1 -> "{\"type\":\"message_stop\"}";
            default -> "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
                    + "{\"type\":\"text_delta\",\"text\":\" wagon\"}      }";
        };
    }

    private static void gemini(String part, ByteArrayOutputStream out) {
        for (int i = 0; i < EVENTS; i++) {
            sse(gemini(part, ""), out);
        }
        sse(gemini("{\"text\": \"\"}", "\"finishReason\": \"STOP\","), out);
    }

    private static String gemini(String part, String reason) {
        return "{\"candidates\": [{\"content\": {\"parts\": [" + part + "],\"role\": \"model\"}," + reason
                + "\"index\": 0}],\"usageMetadata\": {\"promptTokenCount\": 7,\"candidatesTokenCount\": 2,"
                + "\"totalTokenCount\": 103,\"promptTokensDetails\": [{\"modality\": \"TEXT\",\"tokenCount\": 7}],"
                + "\"thoughtsTokenCount\": 94,\"serviceTier\": \"standard\"},\"modelVersion\": \"gemini-3.7-flash\","
                + "\"responseId\": \"WQuqavG5KbfUjMcPuP_n6QI\"}";
    }

    private static void converse(String firstType, String first, String others, String reason,
            ByteArrayOutputStream out) {
        frame("messageStart", "{\"role\":\"assistant\"}", out);
        frame(firstType, first, out);
        for (int i = 1; i < EVENTS; i++) {
            frame("contentBlockDelta", others, out);
        }
        frame("contentBlockStop", "{\"contentBlockIndex\":0}", out);
        frame("messageStop", "{\"stopReason\":\"" + reason + "\"}", out);
        frame("metadata", "{\"usage\":{\"inputTokens\":9,\"outputTokens\":200,\"totalTokens\":209}}", out);
    }

    private static void ollama(String fields, ByteArrayOutputStream out) {
        String head = "{\"model\":\"qwen3:8b\",\"created_at\":\"2026-08-21T10:00:00.123456Z\",";
        for (int i = 0; i < EVENTS; i++) {
            line(head + "\"message\":{\"role\":\"assistant\"," + fields + "},\"done\":false}", out);
        }
        line(head + "\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\","
                + "\"total_duration\":91234567,\"load_duration\":1234567,\"prompt_eval_count\":26,"
                + "\"prompt_eval_duration\":2345678,\"eval_count\":7,\"eval_duration\":3456789}", out);
    }

    private static void exec(String line, ByteArrayOutputStream out) {
        for (int i = 0; i < EVENTS; i++) {
            line(line, out);
        }
        line("{\"usage\":{\"input_tokens\":9,\"output_tokens\":200}}", out);
        line("{\"done\":{}}", out);
    }

    private static void sse(String data, ByteArrayOutputStream out) {
        out.writeBytes(("data: " + data + "\n\n").getBytes(UTF_8));
    }

    private static void line(String json, ByteArrayOutputStream out) {
        out.writeBytes((json + "\n").getBytes(UTF_8));
    }

    private static void frame(String type, String json, ByteArrayOutputStream out) {
        Map<String, HeaderValue> headers = new LinkedHashMap<>();
        headers.put(":event-type", HeaderValue.fromString(type));
        headers.put(":content-type", HeaderValue.fromString("application/json"));
        headers.put(":message-type", HeaderValue.fromString("event"));
        new Message(headers, json.getBytes(UTF_8)).encode(out);
    }
}
