package dev.caravan.provider;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.caravan.config.AnthropicProvider;
import dev.caravan.config.BedrockProvider;
import dev.caravan.config.GeminiProvider;
import dev.caravan.config.OllamaProvider;
import dev.caravan.config.OpenAiProvider;
import dev.caravan.config.Provider;
import dev.caravan.config.ProviderBuilder;
import dev.caravan.message.ApiVersion;
import dev.caravan.message.Call;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.RequestDecoder;
import dev.caravan.message.Usage;
import dev.caravan.provider.AnyReply.Reading;
import dev.caravan.provider.anthropic.AnthropicDialect;
import dev.caravan.provider.bedrock.BedrockDialect;
import dev.caravan.provider.exec.ExecResponseDecoder;
import dev.caravan.provider.gemini.GeminiDialect;
import dev.caravan.provider.ollama.OllamaDialect;
import dev.caravan.provider.openai.OpenAiDialect;
import dev.caravan.testkit.AwsFrames;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** The streams of each dialect: how a provider would say something, and what reads it. */
enum Wire {
    OPENAI, GEMINI, CONVERSE, INVOKE, ANTHROPIC, OLLAMA, EXEC;

    /**
     * What a model says in a row.
     *
     * @param kind {@code text}, {@code thinking} or {@code tool}
     * @param pieces as they come; those of a tool join to its input
     */
    record Said(String kind, List<String> pieces) {
        String all() {
            return String.join("", pieces);
        }
    }

    private static final MessageStart OPENING = new MessageStart("msg_1", "m", Usage.of(7, 1));
    private static final String TOOLS = ",\"tools\":[{\"name\":\"look\",\"input_schema\":{\"type\":\"object\"}}]";
    private static final byte[] REQUEST = ("{\"model\":\"m\",\"stream\":true,\"max_tokens\":9,\"messages\":"
            + "[{\"role\":\"user\",\"content\":\"hi\"}]" + TOOLS + "}").getBytes(UTF_8);

    private HttpDialect dialect() {
        return switch (this) {
            case OPENAI ->
                new OpenAiDialect((OpenAiProvider) provider("dialect: openai\nbase-url: \"http://home/v1\""));
            case GEMINI -> new GeminiDialect((GeminiProvider) provider("dialect: gemini\napi-key: key"));
            case CONVERSE -> new BedrockDialect((BedrockProvider) provider(
                    "dialect: bedrock\napi-key: key\nregion: eu-west-1\napi: converse"));
            case INVOKE -> new BedrockDialect((BedrockProvider) provider(
                    "dialect: bedrock\napi-key: key\nregion: eu-west-1\napi: invoke"));
            case ANTHROPIC -> new AnthropicDialect((AnthropicProvider) provider(
                    "dialect: anthropic\nbase-url: \"http://home\"\napi-key: key"));
            case OLLAMA -> new OllamaDialect((OllamaProvider) provider("dialect: ollama"));
            case EXEC -> throw new IllegalStateException("a process is read otherwise");
        };
    }

    private static Provider provider(String settings) {
        ProviderBuilder builder = new ProviderBuilder();
        builder.setName("up");
        builder.setSettings(settings);
        return builder.build();
    }

    Function<Consumer<MessageEvent>, ResponseDecoder> decoder() {
        if (this == EXEC) {
            return out -> new ExecResponseDecoder("up", OPENING, out);
        }
        Call call = new Call();
        call.setRequest(RequestDecoder.decode(REQUEST, ApiVersion.V2023_06_01));
        call.setTarget(new Call.Target("up", "anthropic.claude-x"));
        HttpDialect dialect = dialect();
        return out -> dialect.decoder(call, out);
    }

    Reading reading() {
        return switch (this) {
            case OPENAI, GEMINI, ANTHROPIC -> AnyReply.SERVER_SENT_EVENTS;
            case OLLAMA, EXEC -> AnyReply.LINES;
            case CONVERSE, INVOKE -> AnyReply
                    .framed(dialect().framing("application/vnd.amazon.eventstream").orElseThrow());
        };
    }

    /** The events of the dialect up to the one that says that the message is whole, which is the last of them. */
    List<byte[]> events(List<Said> said, String finish) {
        List<byte[]> events = new ArrayList<>();
        switch (this) {
            case OPENAI -> {
                sse(events, "{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}");
                openai(said, events);
                sse(events, "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" + finish + "\"}]}");
            }
            case GEMINI -> {
                gemini(said, events);
                sse(events, "{\"candidates\":[{\"finishReason\":\"" + finish + "\"}]}");
            }
            case CONVERSE -> {
                events.add(AwsFrames.event("messageStart", "{\"role\":\"assistant\"}"));
                converse(said, events);
                events.add(AwsFrames.event("messageStop", "{\"stopReason\":\"" + finish + "\"}"));
            }
            case OLLAMA -> {
                ollama(said, events);
                line(events,
                        "{\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,\"done_reason\":\""
                                + finish
                                + "\"}");
            }
            case EXEC -> {
                exec(said, events);
                line(events, "{\"done\":{\"stop_reason\":\"" + finish + "\"}}");
            }
            case ANTHROPIC, INVOKE -> anthropic(said, finish, events);
        }
        return events;
    }

    /** What no provider of the dialect says where an event of the message stands. */
    byte[] garbage() {
        return switch (this) {
            case OPENAI, GEMINI -> "data: {\"choices\":[{\"delta\n\n".getBytes(UTF_8);
            case ANTHROPIC -> "event: content_block_delta\ndata: {\"type\":\"content_blo\n\n".getBytes(UTF_8);
            case OLLAMA, EXEC -> "llama_load: 7 tensors\n".getBytes(UTF_8);
            case CONVERSE, INVOKE -> "<html>Bad gateway</html>".getBytes(UTF_8);
        };
    }

    /** The word for an end, as a provider says it behind a call or without one. */
    String finish(boolean called) {
        return switch (this) {
            case OPENAI -> called ? "tool_calls" : "stop";
            case GEMINI -> "STOP";
            case OLLAMA -> "stop";
            case CONVERSE, INVOKE, ANTHROPIC, EXEC -> called ? "tool_use" : "end_turn";
        };
    }

    private static void sse(List<byte[]> events, String json) {
        events.add(("data: " + json + "\n\n").getBytes(UTF_8));
    }

    private static void line(List<byte[]> events, String json) {
        events.add((json + "\n").getBytes(UTF_8));
    }

    private static String quoted(String text) {
        return JsonNodeFactory.instance.textNode(text).toString();
    }

    private static void openai(List<Said> said, List<byte[]> events) {
        int calls = 0;
        for (Said block : said) {
            String delta = "{\"choices\":[{\"index\":0,\"delta\":{%s}}]}";
            if (block.kind.equals("tool")) {
                sse(events, delta.formatted("\"tool_calls\":[{\"index\":" + calls + ",\"id\":\"call_" + calls
                        + "\",\"type\":\"function\",\"function\":{\"name\":\"look\",\"arguments\":\"\"}}]"));
            }
            for (String piece : block.pieces) {
                String field = switch (block.kind) {
                    case "text" -> "\"content\":" + quoted(piece);
                    case "thinking" -> "\"reasoning_content\":" + quoted(piece);
                    default ->
                        "\"tool_calls\":[{\"index\":" + calls + ",\"function\":{\"arguments\":" + quoted(piece) + "}}]";
                };
                sse(events, delta.replace("%s", field));
            }
            calls += block.kind.equals("tool") ? 1 : 0;
        }
    }

    private static void gemini(List<Said> said, List<byte[]> events) {
        for (Said block : said) {
            boolean tool = block.kind.equals("tool");
            for (String piece : tool ? List.of(block.all()) : block.pieces) {
                String part = switch (block.kind) {
                    case "text" -> "{\"text\":" + quoted(piece) + "}";
                    case "thinking" -> "{\"text\":" + quoted(piece) + ",\"thought\":true}";
                    default -> "{\"functionCall\":{\"name\":\"look\",\"args\":" + piece + "}}";
                };
                sse(events, "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[" + part + "]}}]}");
            }
        }
    }

    private static void converse(List<Said> said, List<byte[]> events) {
        for (int i = 0; i < said.size(); i++) {
            Said block = said.get(i);
            String at = "{\"contentBlockIndex\":" + i;
            if (block.kind.equals("tool")) {
                events.add(AwsFrames.event("contentBlockStart",
                        at + ",\"start\":{\"toolUse\":{\"toolUseId\":\"call_" + i + "\",\"name\":\"look\"}}}"));
            }
            for (String piece : block.pieces) {
                String delta = switch (block.kind) {
                    case "text" -> "{\"text\":" + quoted(piece) + "}";
                    case "thinking" -> "{\"reasoningContent\":{\"text\":" + quoted(piece) + "}}";
                    default -> "{\"toolUse\":{\"input\":" + quoted(piece) + "}}";
                };
                events.add(AwsFrames.event("contentBlockDelta", at + ",\"delta\":" + delta + "}"));
            }
            events.add(AwsFrames.event("contentBlockStop", at + "}"));
        }
    }

    private static void ollama(List<Said> said, List<byte[]> events) {
        for (Said block : said) {
            boolean tool = block.kind.equals("tool");
            for (String piece : tool ? List.of(block.all()) : block.pieces) {
                String field = switch (block.kind) {
                    case "text" -> "\"content\":" + quoted(piece);
                    case "thinking" -> "\"content\":\"\",\"thinking\":" + quoted(piece);
                    default -> "\"content\":\"\",\"tool_calls\":[{\"function\":{\"name\":\"look\",\"arguments\":"
                            + piece + "}}]";
                };
                line(events, "{\"message\":{\"role\":\"assistant\"," + field + "},\"done\":false}");
            }
        }
    }

    private static void exec(List<Said> said, List<byte[]> events) {
        for (Said block : said) {
            if (block.kind.equals("tool")) {
                line(events, "{\"tool_use\":{\"name\":\"look\",\"input\":" + block.all() + "}}");
            } else {
                block.pieces.forEach(piece -> line(events, "{\"" + block.kind + "\":" + quoted(piece) + "}"));
            }
        }
    }

    private void anthropic(List<Said> said, String finish, List<byte[]> events) {
        own(events, "message_start",
                ",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,"
                        + "\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}");
        int index = 0;
        for (Said block : said) {
            boolean tool = block.kind.equals("tool");
            if (!tool && block.all().isEmpty()) {
                continue; // Anthropic has no empty blocks
            }
            String at = ",\"index\":" + index;
            own(events, "content_block_start", at + ",\"content_block\":" + switch (block.kind) {
                case "tool" -> "{\"type\":\"tool_use\",\"id\":\"toolu_" + index + "\",\"name\":\"look\",\"input\":{}}";
                case "thinking" -> "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}";
                default -> "{\"type\":\"text\",\"text\":\"\"}";
            });
            for (String piece : block.pieces) {
                own(events, "content_block_delta", at + ",\"delta\":{\"type\":" + switch (block.kind) {
                    case "tool" -> "\"input_json_delta\",\"partial_json\":";
                    case "thinking" -> "\"thinking_delta\",\"thinking\":";
                    default -> "\"text_delta\",\"text\":";
                } + quoted(piece) + "}");
            }
            own(events, "content_block_stop", at);
            index++;
        }
        own(events, "message_delta", ",\"delta\":{\"stop_reason\":\"" + finish
                + "\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":3}");
        own(events, "message_stop", "");
    }

    private void own(List<byte[]> events, String type, String fields) {
        String json = "{\"type\":\"" + type + "\"" + fields + "}";
        events.add(this == INVOKE
                ? AwsFrames.chunk(json)
                : ("event: " + type + "\ndata: " + json + "\n\n").getBytes(UTF_8));
    }
}
