package dev.caravan.provider.bedrock;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.message.ContentBlock;
import dev.caravan.message.ContentBlock.RedactedThinking;
import dev.caravan.message.ContentBlock.Thinking;
import dev.caravan.message.ContentBlock.ToolResult;
import dev.caravan.message.ContentBlock.ToolUse;
import dev.caravan.message.InputMessage.Role;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.Text;
import dev.caravan.provider.BlockPath;
import dev.caravan.provider.Conversation;
import dev.caravan.provider.Conversation.Answer;
import dev.caravan.provider.Conversation.Input;
import dev.caravan.provider.Conversation.Placed;
import dev.caravan.provider.Conversation.Returned;
import dev.caravan.provider.Conversation.Turn;
import dev.caravan.provider.Parts;
import dev.caravan.provider.Said;
import dev.caravan.provider.ToolNames;
import java.io.IOException;
import java.util.List;

/**
 * Writes the conversation as Converse wants it: user and assistant take turns, and the user's turn behind calls of tools begins with
 * one result for each. Turns of the same side become one; a turn of the system becomes text of the user, marked as the system's,
 * since few models take one in the midst. A turn without content is left out. Not thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html">AWS: Message</a>
 */
final class ConverseMessages {
    private static final String ERROR_MARK = "[tool_error]";

    private final JsonGenerator out;
    private final ToolNames names;
    private final ModelId model;
    private final Reasoning reasoning;
    private final ConverseContent content;
    private String role = "";

    ConverseMessages(JsonGenerator out, ToolNames names, ModelId model) {
        this.out = out;
        this.names = names;
        this.model = model;
        this.reasoning = new Reasoning(model);
        this.content = new ConverseContent(out);
    }

    /** Writes the messages; the array is open. */
    void write(MessageRequest request, String provider) throws IOException {
        for (Turn turn : Conversation.of(request, provider)) {
            switch (turn) {
                case Answer answer -> answer(answer);
                case Returned returned -> returned(returned);
                case Input input -> input(input);
            }
        }
        if (role.isEmpty()) {
            throw BlockPath.notCarried("messages", "a conversation without any content", provider);
        }
        close();
    }

    /** Moves to a message of this role; called for each block, so that a message is only begun when it has one. */
    private void role(String next) throws IOException {
        if (role.equals(next)) {
            return;
        }
        close();
        role = next;
        out.writeStartObject();
        out.writeStringField("role", role);
        out.writeArrayFieldStart("content");
        content.begin();
    }

    private void close() throws IOException {
        if (!role.isEmpty()) {
            content.end();
            out.writeEndArray();
            out.writeEndObject();
            role = "";
        }
    }

    private void answer(Answer answer) throws IOException {
        for (Said said : Said.of(answer)) {
            switch (said) {
                case Said.Words words -> said("assistant", words.text());
                case Said.Called called -> toolUse(called.call());
                case Said.Thought thought -> thinking(thought.thinking());
                case Said.Redacted redacted -> redacted(redacted.thinking());
            }
        }
    }

    /** Blank text is nothing: Bedrock refuses a block of it. */
    private void said(String who, String text) throws IOException {
        if (!text.isBlank()) {
            role(who);
            content.text(text);
        }
    }

    private void toolUse(ToolUse use) throws IOException {
        role("assistant");
        content.other();
        out.writeStartObject();
        out.writeObjectFieldStart("toolUse");
        out.writeStringField("toolUseId", ToolNames.shortForm(use.id()));
        out.writeStringField("name", names.toProvider(use.name()));
        out.writeFieldName("input");
        use.input().writeTo(out);
        out.writeEndObject();
        out.writeEndObject();
    }

    /** Reasoning goes back to the model that signed it, and to no other. */
    private void thinking(Thinking thinking) throws IOException {
        String signature = reasoning.toModel(thinking.signature());
        if (signature == null) {
            return;
        }
        role("assistant");
        content.other();
        out.writeStartObject();
        out.writeObjectFieldStart("reasoningContent");
        out.writeObjectFieldStart("reasoningText");
        out.writeStringField("text", thinking.thinking());
        out.writeStringField("signature", signature);
        out.writeEndObject();
        out.writeEndObject();
        out.writeEndObject();
    }

    private void redacted(RedactedThinking redacted) throws IOException {
        String data = reasoning.toModel(redacted.data());
        if (data == null) {
            return;
        }
        role("assistant");
        content.other();
        out.writeStartObject();
        out.writeObjectFieldStart("reasoningContent");
        out.writeStringField("redactedContent", data);
        out.writeEndObject();
        out.writeEndObject();
    }

    private void returned(Returned returned) throws IOException {
        boolean failed = returned.failed();
        boolean hasStatus = model.maybeAnthropic() || model.vendor().equals("amazon");
        role("user");
        content.other();
        out.writeStartObject();
        out.writeObjectFieldStart("toolResult");
        out.writeStringField("toolUseId", ToolNames.shortForm(returned.call().id()));
        out.writeArrayFieldStart("content");
        ConverseContent result = content.ofResult();
        if (failed && !hasStatus) {
            result.text(ERROR_MARK);
        }
        if (returned.results().isEmpty()) {
            result.text(Parts.NO_RESULT);
        }
        for (Placed placed : returned.results()) {
            result(((ToolResult) placed.block()).content(), placed.path(), result);
        }
        result.end();
        out.writeEndArray();
        if (failed && hasStatus) {
            out.writeStringField("status", "error");
        }
        out.writeEndObject();
        out.writeEndObject();
    }

    private static void result(List<ContentBlock> blocks, BlockPath path, ConverseContent to) throws IOException {
        for (int i = 0; i < blocks.size(); i++) {
            to.add(blocks.get(i), path.in("content", i));
        }
    }

    private void input(Input input) throws IOException {
        for (Placed placed : input.blocks()) {
            if (input.role() == Role.SYSTEM) {
                said("user", system(placed));
            } else if (placed.block() instanceof ToolResult orphan) {
                said("user", "[result of tool call " + orphan.toolUseId() + "]"
                        + (orphan.isError() ? " " + ERROR_MARK : ""));
                result(orphan.content(), placed.path(), content);
            } else if (!(placed.block() instanceof ContentBlock.Text text && text.text().isBlank())) {
                role("user");
                content.add(placed.block(), placed.path());
            }
        }
    }

    private static String system(Placed placed) {
        String text = Parts.onlyText(placed, "of the system");
        return text.isBlank() ? "" : "<system>\n" + text + "\n</system>";
    }
}
