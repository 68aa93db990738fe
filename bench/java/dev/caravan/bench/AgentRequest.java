package dev.caravan.bench;

import dev.caravan.message.MessageJson;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/**
 * A request of the size and shape that a coding agent sends on every turn: some 115 KB, of which two thirds are 24 tools, then a
 * long system prompt in three blocks and a few turns with tool calls. The words are made up, the same in every run.
 */
final class AgentRequest {
    private static final int TOOLS = 24;
    private static final int TURNS = 6;
    private static final String[] WORDS = ("the a of to and in file command path that is use when tool with for output "
            + "must not read before you edit if search pattern returns lines directory absolute user instead never "
            + "result string `grep` \"quoted\" e.g. https://example.org/docs {json} /home/user/project src/main/java "
            + "configuration repository – ✓ implementation").split(" ");

    private AgentRequest() {}

    static byte[] body() {
        Random random = new Random(42);
        return MessageJson.write(out -> {
            out.writeStringField("model", "claude-sonnet-4-5");
            out.writeNumberField("max_tokens", 32_000);
            out.writeBooleanField("stream", true);
            out.writeObjectFieldStart("metadata");
            out.writeStringField("user_id", "{\"device_id\":\"0123456789abcdef\",\"session_id\":\"4f1c\"}");
            out.writeEndObject();
            out.writeArrayFieldStart("system");
            for (int length : new int[]{80, 60, 16_000}) {
                out.writeStartObject();
                out.writeStringField("type", "text");
                out.writeStringField("text", prose(random, length));
                out.writeObjectFieldStart("cache_control");
                out.writeStringField("type", "ephemeral");
                out.writeEndObject();
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeArrayFieldStart("tools");
            for (int tool = 0; tool < TOOLS; tool++) {
                out.writeStartObject();
                out.writeStringField("name", "Tool" + tool);
                out.writeStringField("description", prose(random, 2_200));
                out.writeObjectFieldStart("input_schema");
                out.writeStringField("$schema", "https://json-schema.org/draft/2020-12/schema");
                out.writeStringField("type", "object");
                out.writeObjectFieldStart("properties");
                for (int property = 0; property < 5; property++) {
                    out.writeObjectFieldStart("property_" + property);
                    out.writeStringField("type", "string");
                    out.writeStringField("description", prose(random, 140));
                    out.writeEndObject();
                }
                out.writeEndObject();
                out.writeArrayFieldStart("required");
                out.writeString("property_0");
                out.writeEndArray();
                out.writeBooleanField("additionalProperties", false);
                out.writeEndObject();
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeArrayFieldStart("messages");
            for (int turn = 0; turn < TURNS; turn++) {
                out.writeStartObject();
                out.writeStringField("role", "user");
                out.writeArrayFieldStart("content");
                out.writeStartObject();
                if (turn == 0) {
                    out.writeStringField("type", "text");
                    out.writeStringField("text", prose(random, 6_000));
                } else {
                    out.writeStringField("tool_use_id", "toolu_" + (turn - 1));
                    out.writeStringField("type", "tool_result");
                    out.writeStringField("content", prose(random, 1_500));
                    out.writeBooleanField("is_error", false);
                }
                out.writeEndObject();
                out.writeEndArray();
                out.writeEndObject();
                if (turn < TURNS - 1) {
                    out.writeStartObject();
                    out.writeStringField("role", "assistant");
                    out.writeArrayFieldStart("content");
                    out.writeStartObject();
                    out.writeStringField("type", "text");
                    out.writeStringField("text", prose(random, 200));
                    out.writeEndObject();
                    out.writeStartObject();
                    out.writeStringField("type", "tool_use");
                    out.writeStringField("id", "toolu_" + turn);
                    out.writeStringField("name", "Tool" + turn);
                    out.writeObjectFieldStart("input");
                    out.writeStringField("property_0", prose(random, 120));
                    out.writeEndObject();
                    out.writeEndObject();
                    out.writeEndArray();
                    out.writeEndObject();
                }
            }
            out.writeEndArray();
        });
    }

    private static String prose(Random random, int length) {
        StringBuilder text = new StringBuilder(length + 20);
        while (text.length() < length) {
            text.append(WORDS[random.nextInt(WORDS.length)]).append(random.nextInt(12) == 0 ? "\n" : " ");
        }
        return text.toString();
    }

    /** Prints the body, to try a server with it. */
    public static void main(String[] args) {
        System.out.println(new String(body(), StandardCharsets.UTF_8));
    }
}
