package dev.caravan.bench;

import dev.caravan.message.MessageJson;

/**
 * A conversation of {@value #TURNS} turns and 1 MB, as an agent has it that has read files all day: every user's turn but the first
 * is a file, every turn of the assistant a thought, a sentence and the next call. The thoughts are another provider's, so that no
 * dialect can pass them on unread.
 */
final class LongConversation {
    private static final int TURNS = 200;
    private static final int FILE_BYTES = 10_000;
    private static final String LINE = "if (\"a\" == b) return ✓; // src/main/java – line\n";

    private LongConversation() {}

    static byte[] body() {
        String file = LINE.repeat(FILE_BYTES / LINE.length());
        return MessageJson.write(out -> {
            out.writeStringField("model", "claude-sonnet-4-5");
            out.writeNumberField("max_tokens", 32_000);
            out.writeBooleanField("stream", true);
            out.writeArrayFieldStart("tools");
            out.writeStartObject();
            out.writeStringField("name", "Read");
            out.writeStringField("description", "Reads a file");
            out.writeObjectFieldStart("input_schema");
            out.writeStringField("type", "object");
            out.writeEndObject();
            out.writeEndObject();
            out.writeEndArray();
            out.writeArrayFieldStart("messages");
            for (int turn = 0; turn < TURNS; turn += 2) {
                out.writeStartObject();
                out.writeStringField("role", "user");
                out.writeArrayFieldStart("content");
                out.writeStartObject();
                if (turn == 0) {
                    out.writeStringField("type", "text");
                    out.writeStringField("text", file);
                } else {
                    out.writeStringField("type", "tool_result");
                    out.writeStringField("tool_use_id", "toolu_" + (turn - 2));
                    out.writeStringField("content", file);
                }
                out.writeEndObject();
                out.writeEndArray();
                out.writeEndObject();
                if (turn == TURNS - 2) {
                    break; // it is the assistant's turn
                }
                out.writeStartObject();
                out.writeStringField("role", "assistant");
                out.writeArrayFieldStart("content");
                out.writeStartObject();
                out.writeStringField("type", "thinking");
                out.writeStringField("thinking", "The next one will tell more.");
                out.writeStringField("signature", "caravan:openai");
                out.writeEndObject();
                out.writeStartObject();
                out.writeStringField("type", "text");
                out.writeStringField("text", "I look at the next one.");
                out.writeEndObject();
                out.writeStartObject();
                out.writeStringField("type", "tool_use");
                out.writeStringField("id", "toolu_" + turn);
                out.writeStringField("name", "Read");
                out.writeObjectFieldStart("input");
                out.writeStringField("path", "src/main/java/File" + turn + ".java");
                out.writeNumberField("limit", 2_000);
                out.writeEndObject();
                out.writeEndObject();
                out.writeEndArray();
                out.writeEndObject();
            }
            out.writeEndArray();
        });
    }
}
