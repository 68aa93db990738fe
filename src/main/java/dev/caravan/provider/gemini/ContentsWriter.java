package dev.caravan.provider.gemini;

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
import dev.caravan.message.RawJson;
import dev.caravan.message.Text;
import dev.caravan.provider.ToolNames;
import dev.caravan.provider.gemini.Parts.MediaPart;
import dev.caravan.provider.gemini.Parts.Part;
import dev.caravan.provider.gemini.Parts.TextPart;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the conversation of one request as Gemini's {@code contents}. What differs: turns are the user's and the model's in
 * turn, so neighbours of one role become one; the results of functions come first in the turn behind the calls, one for each
 * call, in the order of the calls, and name the function. What a turn becomes depends on the turns before it and on the answers
 * to its calls, so a conversation that goes on begins with the same bytes. Not thread-safe.
 */
final class ContentsWriter {
    /** What Gemini 3 takes in place of the signature of a call that it did not make itself. */
    private static final String FOREIGN_CALL = "skip_thought_signature_validator";
    private static final String NO_RESULT = "the call was not answered";

    private final String provider;
    private final GeminiModel model;
    private final ToolNames names;
    private final List<InputMessage> messages;
    private final List<Content> contents = new ArrayList<>();

    ContentsWriter(MessageRequest request, GeminiModel model, ToolNames names, String provider) {
        this.provider = provider;
        this.model = model;
        this.names = names;
        this.messages = request.messages();
    }

    /** A turn on the wire. */
    private record Content(String role, List<Entry> entries) {}

    /** What stands in a turn. */
    private sealed interface Entry {}

    private record Said(Part part, String signature) implements Entry {}

    private record Thought(String text, String signature) implements Entry {}

    private record Called(ToolUse call, String signature) implements Entry {}

    private record Answered(ToolUse call, Answer answer) implements Entry {}

    /** What one or several results say of a call. */
    private static final class Answer {
        final Parts parts = new Parts();
        boolean error;
    }

    /**
     * Writes the array.
     *
     * @throws dev.caravan.message.ApiException 400 for what Gemini has nothing for
     */
    void write(JsonGenerator out) throws IOException {
        int turn = 0;
        while (turn < messages.size()) {
            if (messages.get(turn).role() == Role.ASSISTANT) {
                turn = exchange(turn);
            } else {
                inputTurn(turn, Map.of());
                turn++;
            }
        }
        if (contents.isEmpty()) {
            throw BlockPath.refused(provider, "messages", "a conversation without any content");
        }
        out.writeArrayFieldStart("contents");
        for (Content content : contents) {
            out.writeStartObject();
            out.writeStringField("role", content.role());
            out.writeArrayFieldStart("parts");
            for (Entry entry : content.entries()) {
                out.writeStartObject();
                write(entry, out);
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    /** Adds to the turn of this role; the role that spoke last goes on speaking. */
    private void add(String role, List<Entry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        if (contents.isEmpty() || !contents.getLast().role().equals(role)) {
            contents.add(new Content(role, new ArrayList<>()));
        }
        contents.getLast().entries().addAll(entries);
    }

    /** Takes what the assistant said from this turn on, and all that follows until it speaks again; returns where that is. */
    private int exchange(int from) {
        int inputs = from;
        while (inputs < messages.size() && messages.get(inputs).role() == Role.ASSISTANT) {
            inputs++;
        }
        int end = inputs;
        while (end < messages.size() && messages.get(end).role() != Role.ASSISTANT) {
            end++;
        }
        List<ToolUse> calls = assistant(from, inputs);
        Map<String, Answer> answers = answers(calls, inputs, end);
        List<Entry> results = new ArrayList<>();
        for (ToolUse call : calls) {
            results.add(new Answered(call, answers.get(call.id())));
        }
        for (ToolUse call : calls) {
            for (MediaPart media : outsideOfResult(answers.get(call.id()))) {
                results.add(said("[from the result of " + names.toProvider(call.name()) + ", call " + call.id() + "]"));
                results.add(new Said(media, ""));
            }
        }
        add("user", results);
        for (int turn = inputs; turn < end; turn++) {
            inputTurn(turn, answers);
        }
        return end;
    }

    private List<MediaPart> outsideOfResult(Answer answer) {
        return model.ofGeneration3() ? List.of() : answer.parts.media();
    }

    private static Said said(String text) {
        return new Said(new TextPart(text), "");
    }

    /** Adds the assistant's turns as one, which is what they are to the Messages API; returns its calls. */
    private List<ToolUse> assistant(int from, int to) {
        List<Entry> entries = new ArrayList<>();
        List<ToolUse> calls = new ArrayList<>();
        String signature = "";
        for (int turn = from; turn < to; turn++) {
            List<ContentBlock> content = messages.get(turn).content();
            for (int i = 0; i < content.size(); i++) {
                switch (content.get(i)) {
                    case ContentBlock.Text text -> {
                        if (!text.text().isEmpty()) {
                            entries.add(new Said(new TextPart(text.text()), signature));
                            signature = "";
                        }
                    }
                    case ToolUse use -> {
                        boolean unsigned = signature.isEmpty() && calls.isEmpty() && model.ofGeneration3();
                        entries.add(new Called(use, unsigned ? FOREIGN_CALL : signature));
                        signature = "";
                        calls.add(use);
                    }
                    case Thinking thinking -> signature = thought(thinking, entries, signature);
                    case RedactedThinking redacted -> {
                    }
                    case Document document -> onlyText(document, path(turn, i), entries);
                    case SearchResult result -> onlyText(result, path(turn, i), entries);
                    case Other other -> dropPrivate(other, path(turn, i));
                    case Image image -> throw path(turn, i).notCarried("", "an image of the assistant");
                    case ToolResult result -> throw path(turn, i).notCarried("", "a tool result of the assistant");
                }
            }
        }
        add("model", entries);
        return calls;
    }

    /** Adds a thought that was Gemini's; those of others are dropped. Returns the signature of what follows. */
    private String thought(Thinking thinking, List<Entry> entries, String waiting) {
        ThoughtSignature signature = ThoughtSignature.of(thinking);
        if (signature == null || model.thinkingControl() == GeminiModel.ThinkingControl.NONE) {
            return waiting;
        }
        String own = signature.ofNext() ? "" : signature.value();
        if (!thinking.thinking().isEmpty() || !own.isEmpty()) {
            entries.add(new Thought(thinking.thinking(), own));
        }
        return signature.ofNext() ? signature.value() : waiting;
    }

    private static void onlyText(ContentBlock block, BlockPath path, List<Entry> entries) {
        Parts parts = new Parts();
        parts.add(block, path);
        if (!parts.media().isEmpty()) {
            throw path.notCarried("", "a document of the assistant that is no text");
        }
        parts.list().forEach(part -> entries.add(new Said(part, "")));
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

    /** The answers to these calls in the turns given, by the call's id; a call that has none there failed. */
    private Map<String, Answer> answers(List<ToolUse> calls, int from, int to) {
        Map<String, Answer> answers = new LinkedHashMap<>();
        calls.forEach(call -> answers.put(call.id(), new Answer()));
        Map<String, Answer> unanswered = new LinkedHashMap<>(answers);
        for (int turn = from; turn < to && !calls.isEmpty(); turn++) {
            List<ContentBlock> content = messages.get(turn).content();
            for (int i = 0; i < content.size(); i++) {
                if (content.get(i) instanceof ToolResult result && answers.containsKey(result.toolUseId())) {
                    Answer answer = answers.get(result.toolUseId());
                    answer.parts.addAll(result.content(), path(turn, i), "content");
                    answer.error |= result.isError();
                    unanswered.remove(result.toolUseId());
                }
            }
        }
        for (Answer answer : unanswered.values()) {
            answer.parts.addText(NO_RESULT);
            answer.error = true;
        }
        return answers;
    }

    /** Adds a turn of the user or the system without the results that have been added. */
    private void inputTurn(int turn, Map<String, Answer> answers) {
        InputMessage message = messages.get(turn);
        Parts parts = new Parts();
        for (int i = 0; i < message.content().size(); i++) {
            ContentBlock block = message.content().get(i);
            if (!(block instanceof ToolResult result)) {
                parts.add(block, path(turn, i));
            } else if (!answers.containsKey(result.toolUseId())) {
                orphan(result, path(turn, i), parts);
            }
        }
        boolean system = message.role() == Role.SYSTEM;
        List<Entry> entries = new ArrayList<>();
        for (Part part : parts.list()) {
            // Gemini knows only one system prompt, at the top, where a change would cost the cache of all that follows.
            entries.add(system && part instanceof TextPart text
                    ? said("<system>\n" + text.text() + "\n</system>")
                    : new Said(part, ""));
        }
        add("user", entries);
    }

    /** A result of a call that is not there: Gemini refuses a function's response for it, so the user says it. */
    private static void orphan(ToolResult result, BlockPath path, Parts parts) {
        parts.addText("[result of tool call " + result.toolUseId() + "]" + (result.isError() ? " [tool_error]" : ""));
        parts.addAll(result.content(), path, "content");
    }

    private BlockPath path(int turn, int block) {
        return BlockPath.top(provider, "messages", turn).in("content", block);
    }

    private void write(Entry entry, JsonGenerator out) throws IOException {
        switch (entry) {
            case Said said -> {
                said.part().writeTo(out);
                signature(said.signature(), out);
            }
            case Thought thought -> {
                out.writeStringField("text", thought.text());
                out.writeBooleanField("thought", true);
                signature(thought.signature(), out);
            }
            case Called called -> {
                out.writeObjectFieldStart("functionCall");
                out.writeStringField("id", called.call().id());
                out.writeStringField("name", names.toProvider(called.call().name()));
                out.writeFieldName("args");
                args(called.call().input(), out);
                out.writeEndObject();
                signature(called.signature(), out);
            }
            case Answered answered -> answer(answered.call(), answered.answer(), out);
        }
    }

    private static void args(RawJson input, JsonGenerator out) throws IOException {
        out.writeRawValue(input.compact());
    }

    private static void signature(String signature, JsonGenerator out) throws IOException {
        if (!signature.isEmpty()) {
            out.writeStringField("thoughtSignature", signature);
        }
    }

    private void answer(ToolUse call, Answer answer, JsonGenerator out) throws IOException {
        out.writeObjectFieldStart("functionResponse");
        out.writeStringField("id", call.id());
        out.writeStringField("name", names.toProvider(call.name()));
        out.writeObjectFieldStart("response");
        out.writeStringField(answer.error ? "error" : "output", answer.parts.text());
        out.writeEndObject();
        List<MediaPart> media = answer.parts.media();
        if (model.ofGeneration3() && !media.isEmpty()) {
            out.writeArrayFieldStart("parts");
            for (MediaPart part : media) {
                out.writeStartObject();
                part.writeTo(out);
                out.writeEndObject();
            }
            out.writeEndArray();
        }
        out.writeEndObject();
    }
}
