package dev.caravan.provider.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.config.OpenAiOptions;
import dev.caravan.config.OpenAiOptions.ToolResults;
import dev.caravan.message.ContentBlock.Thinking;
import dev.caravan.message.ContentBlock.ToolUse;
import dev.caravan.message.InputMessage.Role;
import dev.caravan.message.MessageRequest;
import dev.caravan.provider.Conversation;
import dev.caravan.provider.Conversation.Answer;
import dev.caravan.provider.Conversation.Input;
import dev.caravan.provider.Conversation.Returned;
import dev.caravan.provider.Conversation.Turn;
import dev.caravan.provider.Parts;
import dev.caravan.provider.Parts.TextPart;
import dev.caravan.provider.Said;
import dev.caravan.provider.ToolNames;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the conversation of one request as the messages of this dialect. Messages with the results of tools hold text only at most
 * providers, so images and files move to the user's message behind them. For strict templates all that is said between two answers
 * becomes one message of the user, or the end of the last result where that can hold it. Not thread-safe.
 */
final class ConversationWriter {
    private static final String IMAGE_NOTE = "[the image is in the next user message]";
    private static final String FILE_NOTE = "[the file is in the next user message]";

    private final JsonGenerator out;
    private final String provider;
    private final OpenAiOptions options;
    private final ToolNames names;
    private final CallIds ids;
    private final ContentWriter content;
    /** What results held that their messages cannot, for the user's message behind them. */
    private final Parts waiting = new Parts();

    ConversationWriter(JsonGenerator out, String provider, OpenAiOptions options, ToolNames names) {
        this.out = out;
        this.provider = provider;
        this.options = options;
        this.names = names;
        this.ids = new CallIds(options.tools().ids());
        this.content = new ContentWriter(options.content(), out);
    }

    /** Writes the messages; the array is open. */
    void write(MessageRequest request) throws IOException {
        List<Turn> turns = Conversation.of(request, provider);
        int turn = 0;
        while (turn < turns.size()) {
            if (turns.get(turn) instanceof Answer answer) {
                answer(answer);
                turn++;
            } else {
                turn = inputs(turns, turn);
            }
        }
    }

    /** Writes results and what else was said up to the next answer; returns where that is. */
    private int inputs(List<Turn> turns, int from) throws IOException {
        List<Returned> results = new ArrayList<>();
        List<Input> inputs = new ArrayList<>();
        int end = from;
        for (; end < turns.size() && !(turns.get(end) instanceof Answer); end++) {
            switch (turns.get(end)) {
                case Returned returned -> results.add(returned);
                case Input input -> inputs.add(input);
                case Answer answer -> throw new IllegalStateException("an answer ends the inputs");
            }
        }
        if (options.content().strictTurns()) {
            strict(results, inputs);
        } else {
            plain(results, inputs);
        }
        return end;
    }

    private void plain(List<Returned> results, List<Input> inputs) throws IOException {
        for (Returned returned : results) {
            toolMessage(returned, result(returned));
        }
        for (Input input : inputs) {
            Parts parts = new Parts();
            if (input.role() == Role.USER) {
                parts.addAll(takeWaiting());
            }
            parts.addAll(Parts.of(input.blocks()).list());
            message(input.role() == Role.SYSTEM ? "system" : "user", parts);
        }
        if (!waiting.isEmpty()) {
            userMessage(takeWaiting());
        }
    }

    private void strict(List<Returned> results, List<Input> inputs) throws IOException {
        List<Parts> contents = new ArrayList<>();
        for (Returned returned : results) {
            contents.add(result(returned));
        }
        List<Parts.Part> said = takeWaiting();
        for (Input input : inputs) {
            Parts parts = Parts.of(input.blocks());
            if (input.role() == Role.SYSTEM) {
                said.add(new TextPart("<system>\n" + parts.text() + "\n</system>"));
            } else {
                said.addAll(parts.list());
            }
        }
        boolean joins = !results.isEmpty()
                && (options.content().toolResults() == ToolResults.PARTS
                        || said.stream().allMatch(TextPart.class::isInstance));
        if (joins) {
            contents.getLast().addAll(said);
        }
        for (int i = 0; i < results.size(); i++) {
            toolMessage(results.get(i), contents.get(i));
        }
        if (!joins) {
            userMessage(said);
        }
    }

    private List<Parts.Part> takeWaiting() {
        List<Parts.Part> parts = new ArrayList<>(waiting.list());
        waiting.clear();
        return parts;
    }

    private void userMessage(List<Parts.Part> said) throws IOException {
        Parts parts = new Parts();
        parts.addAll(said);
        message("user", parts);
    }

    private void message(String role, Parts parts) throws IOException {
        out.writeStartObject();
        out.writeStringField("role", role);
        content.write(parts);
        out.writeEndObject();
    }

    /** What a call returned. Where a tool's message holds text only, the rest waits, each piece with the call that it belongs to. */
    private Parts result(Returned returned) {
        Parts all = Parts.ofResults(returned.results());
        if (options.content().toolResults() == ToolResults.PARTS) {
            return all;
        }
        Parts text = new Parts();
        for (Parts.Part part : all.list()) {
            switch (part) {
                case TextPart said -> text.addText(said.text());
                case Parts.ImagePart image -> {
                    text.addText(IMAGE_NOTE);
                    wait("image", returned, image);
                }
                case Parts.FilePart file -> {
                    text.addText(FILE_NOTE);
                    wait("file", returned, file);
                }
            }
        }
        return text;
    }

    private void wait(String what, Returned returned, Parts.Part part) {
        String id = ids.toProvider(returned.call().id());
        waiting.addText("[" + what + " from the result of tool call " + id + "]");
        waiting.addAll(List.of(part));
    }

    private void toolMessage(Returned returned, Parts parts) throws IOException {
        out.writeStartObject();
        out.writeStringField("role", "tool");
        out.writeStringField("tool_call_id", ids.toProvider(returned.call().id()));
        content.write(parts);
        out.writeEndObject();
    }

    private void answer(Answer answer) throws IOException {
        StringBuilder said = new StringBuilder();
        List<ToolUse> calls = new ArrayList<>();
        List<Thinking> thoughts = new ArrayList<>();
        for (Said part : Said.of(answer)) {
            switch (part) {
                // Blocks are how the stream was cut; joined without anything between they are what the model wrote.
                case Said.Words words -> said.append(words.text());
                case Said.Called called -> calls.add(called.call());
                case Said.Thought thought -> thoughts.add(thought.thinking());
                case Said.Redacted redacted -> {
                }
            }
        }
        out.writeStartObject();
        out.writeStringField("role", "assistant");
        if (said.isEmpty() && !calls.isEmpty() && !options.content().strictTurns()) {
            out.writeNullField("content");
        } else {
            out.writeStringField("content", said.toString());
        }
        reasoning(thoughts, !calls.isEmpty());
        if (!calls.isEmpty()) {
            out.writeArrayFieldStart("tool_calls");
            for (ToolUse call : calls) {
                toolCall(call);
            }
            out.writeEndArray();
        }
        out.writeEndObject();
    }

    private void reasoning(List<Thinking> thoughts, boolean called) throws IOException {
        StringBuilder text = new StringBuilder();
        thoughts.forEach(thought -> text.append(thought.thinking()));
        switch (options.reasoning().replay()) {
            case NONE -> {
            }
            case REASONING_CONTENT -> {
                if (called || !text.isEmpty()) {
                    out.writeStringField("reasoning_content", text.toString());
                }
            }
            case REASONING -> {
                if (!text.isEmpty()) {
                    out.writeStringField("reasoning", text.toString());
                }
            }
            case REASONING_DETAILS -> {
                String details = String.join(",", thoughts.stream()
                        .map(thought -> ReasoningDetails.of(thought.signature())).filter(one -> !one.isEmpty())
                        .toList());
                if (!details.isEmpty()) {
                    out.writeFieldName("reasoning_details");
                    out.writeRawValue("[" + details + "]");
                } else if (!text.isEmpty()) {
                    out.writeStringField("reasoning", text.toString());
                }
            }
        }
    }

    private void toolCall(ToolUse call) throws IOException {
        out.writeStartObject();
        out.writeStringField("id", ids.toProvider(call.id()));
        out.writeStringField("type", "function");
        out.writeObjectFieldStart("function");
        out.writeStringField("name", names.toProvider(call.name()));
        out.writeStringField("arguments", call.input().compact());
        out.writeEndObject();
        out.writeEndObject();
    }
}
