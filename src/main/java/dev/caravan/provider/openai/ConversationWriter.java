package dev.caravan.provider.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.message.ContentBlock;
import dev.caravan.message.ContentBlock.Document;
import dev.caravan.message.ContentBlock.Image;
import dev.caravan.message.ContentBlock.Other;
import dev.caravan.message.ContentBlock.RedactedThinking;
import dev.caravan.message.ContentBlock.SearchResult;
import dev.caravan.message.ContentBlock.Thinking;
import dev.caravan.message.ContentBlock.ToolResult;
import dev.caravan.message.ContentBlock.ToolUse;
import dev.caravan.message.InputMessage;
import dev.caravan.message.InputMessage.Role;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.Text;
import dev.caravan.provider.ToolNames;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the conversation of one request as the messages of this dialect. What differs: the results of tools are messages of
 * their own, which stand directly behind the assistant's calls, each call answered exactly once; they hold text only, so images
 * move to the user's message behind them. What a turn becomes depends on the turns before it and on the answers to its calls,
 * so a conversation that goes on begins with the same bytes. Not thread-safe.
 */
final class ConversationWriter {
    private static final String ERROR_MARK = "[tool_error] ";
    private static final String NO_RESULT = ERROR_MARK + "the call was not answered";
    private static final String IMAGE_NOTE = "[the image is in the next user message]";

    private final JsonGenerator out;
    private final ToolNames names;
    private final List<InputMessage> messages;

    ConversationWriter(JsonGenerator out, MessageRequest request, ToolNames names) {
        this.out = out;
        this.names = names;
        this.messages = request.messages();
    }

    /** Writes the messages; the array is open. */
    void write() throws IOException {
        int turn = 0;
        while (turn < messages.size()) {
            if (messages.get(turn).role() == Role.ASSISTANT) {
                turn = exchange(turn);
            } else {
                inputTurn(turn, Map.of());
                turn++;
            }
        }
    }

    /** Writes what the assistant said from this turn on, and all that follows until it speaks again; returns where that is. */
    private int exchange(int from) throws IOException {
        int inputs = from;
        while (inputs < messages.size() && messages.get(inputs).role() == Role.ASSISTANT) {
            inputs++;
        }
        int end = inputs;
        while (end < messages.size() && messages.get(end).role() != Role.ASSISTANT) {
            end++;
        }
        List<ToolUse> calls = assistant(from, inputs);
        Map<String, Parts> answers = calls.isEmpty() ? Map.of() : answers(calls, inputs, end);
        for (Map.Entry<String, Parts> answer : answers.entrySet()) {
            toolMessage(answer.getKey(), answer.getValue().text());
        }
        for (ToolUse call : calls) {
            if (!answers.containsKey(call.id())) {
                toolMessage(call.id(), NO_RESULT);
            }
        }
        for (int turn = inputs; turn < end; turn++) {
            inputTurn(turn, answers);
        }
        return end;
    }

    /** Writes the assistant's turns as one message, which is what they are to the Messages API; returns its calls. */
    private List<ToolUse> assistant(int from, int to) throws IOException {
        StringBuilder said = new StringBuilder();
        List<ToolUse> calls = new ArrayList<>();
        for (int turn = from; turn < to; turn++) {
            List<ContentBlock> content = messages.get(turn).content();
            for (int i = 0; i < content.size(); i++) {
                switch (content.get(i)) {
                    // Blocks are how the stream was cut; joined without anything between they are what the model wrote.
                    case ContentBlock.Text text -> said.append(text.text());
                    case ToolUse use -> calls.add(use);
                    case Document document -> said.append(onlyText(document, path(turn, i)));
                    case SearchResult result -> said.append(onlyText(result, path(turn, i)));
                    case Other other -> dropPrivate(other, path(turn, i));
                    case Image image -> throw path(turn, i).notCarried("", "an image of the assistant");
                    case Thinking thinking -> {
                    }
                    case RedactedThinking redacted -> {
                    }
                    case ToolResult result -> throw path(turn, i).notCarried("", "a tool result of the assistant");
                }
            }
        }
        out.writeStartObject();
        out.writeStringField("role", "assistant");
        if (said.isEmpty() && !calls.isEmpty()) {
            out.writeNullField("content");
        } else {
            out.writeStringField("content", said.toString());
        }
        if (!calls.isEmpty()) {
            out.writeArrayFieldStart("tool_calls");
            for (ToolUse call : calls) {
                toolCall(call);
            }
            out.writeEndArray();
        }
        out.writeEndObject();
        return calls;
    }

    private void toolCall(ToolUse call) throws IOException {
        out.writeStartObject();
        out.writeStringField("id", call.id());
        out.writeStringField("type", "function");
        out.writeObjectFieldStart("function");
        out.writeStringField("name", names.toProvider(call.name()));
        out.writeStringField("arguments", call.input().compact());
        out.writeEndObject();
        out.writeEndObject();
    }

    private static String onlyText(ContentBlock block, BlockPath path) {
        Parts parts = new Parts();
        parts.add(block, path);
        if (parts.list().stream().anyMatch(Parts.ImagePart.class::isInstance)) {
            throw path.notCarried("", "an image of the assistant");
        }
        return parts.text();
    }

    /**
     * What Anthropic's own tools did on the way to an earlier answer is private to Anthropic, like reasoning, and the answer
     * that came of it is there as text. Anything else that is unknown may matter, so leaving it out would be a loss.
     */
    private static void dropPrivate(Other block, BlockPath path) {
        String type = block.type();
        boolean isPrivate = type.equals("server_tool_use") || type.equals("mcp_tool_use")
                || type.endsWith("_tool_result") || type.equals("fallback");
        if (!isPrivate) {
            throw path.notCarried("", "a block of type \"" + Text.excerpt(type) + "\"");
        }
    }

    /** The answers to these calls in the turns given, by the call's id, in the order of the answers. */
    private Map<String, Parts> answers(List<ToolUse> calls, int from, int to) {
        Map<String, Parts> answers = new LinkedHashMap<>();
        for (int turn = from; turn < to; turn++) {
            List<ContentBlock> content = messages.get(turn).content();
            for (int i = 0; i < content.size(); i++) {
                if (content.get(i) instanceof ToolResult result && isCalled(calls, result.toolUseId())) {
                    answers.computeIfAbsent(result.toolUseId(), id -> new Parts())
                            .addText(toolText(result, path(turn, i)));
                }
            }
        }
        return answers;
    }

    private static boolean isCalled(List<ToolUse> calls, String id) {
        for (ToolUse call : calls) {
            if (call.id().equals(id)) {
                return true;
            }
        }
        return false;
    }

    /** A result as the text of a tool message, which has no flag for a failure and takes no images. */
    private static String toolText(ToolResult result, BlockPath path) {
        Parts text = new Parts();
        for (Parts.Part part : resultParts(result, path).list()) {
            switch (part) {
                case Parts.TextPart said -> text.addText(said.text());
                case Parts.ImagePart image -> text.addText(IMAGE_NOTE);
            }
        }
        return result.isError() ? ERROR_MARK + text.text() : text.text();
    }

    private static Parts resultParts(ToolResult result, BlockPath path) {
        Parts parts = new Parts();
        List<ContentBlock> content = result.content();
        for (int i = 0; i < content.size(); i++) {
            parts.add(content.get(i), path.in("content", i));
        }
        return parts;
    }

    private void toolMessage(String id, String content) throws IOException {
        out.writeStartObject();
        out.writeStringField("role", "tool");
        out.writeStringField("tool_call_id", id);
        out.writeStringField("content", content);
        out.writeEndObject();
    }

    /** Writes a turn of the user or the system without the results that have been written as tool messages. */
    private void inputTurn(int turn, Map<String, Parts> answers) throws IOException {
        InputMessage message = messages.get(turn);
        Parts images = new Parts();
        Parts parts = new Parts();
        boolean answered = false;
        for (int i = 0; i < message.content().size(); i++) {
            ContentBlock block = message.content().get(i);
            if (!(block instanceof ToolResult result)) {
                parts.add(block, path(turn, i));
            } else if (answers.containsKey(result.toolUseId())) {
                answered = true;
                images(result, path(turn, i), images);
            } else {
                orphan(result, path(turn, i), parts);
            }
        }
        images.addAll(parts.list());
        if (images.isEmpty() && answered) {
            return;
        }
        out.writeStartObject();
        out.writeStringField("role", message.role() == Role.SYSTEM ? "system" : "user");
        images.writeTo(out);
        out.writeEndObject();
    }

    /** Adds the images of a result, each with the call that it belongs to. */
    private static void images(ToolResult result, BlockPath path, Parts images) {
        for (Parts.Part part : resultParts(result, path).list()) {
            if (part instanceof Parts.ImagePart image) {
                images.addText("[image from the result of tool call " + result.toolUseId() + "]");
                images.addAll(List.of(image));
            }
        }
    }

    /** A result of a call that is not there: servers refuse a tool message for it, so the user says it. */
    private static void orphan(ToolResult result, BlockPath path, Parts parts) {
        parts.addText("[result of tool call " + result.toolUseId() + "]" + (result.isError() ? " [tool_error]" : ""));
        parts.addAll(resultParts(result, path).list());
    }

    private static BlockPath path(int turn, int block) {
        return new BlockPath(null, "messages", turn).in("content", block);
    }
}
