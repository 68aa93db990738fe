package dev.caravan.provider.gemini;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.message.ContentBlock.Thinking;
import dev.caravan.message.ContentBlock.ToolUse;
import dev.caravan.message.InputMessage.Role;
import dev.caravan.message.MessageRequest;
import dev.caravan.provider.BlockPath;
import dev.caravan.provider.Conversation;
import dev.caravan.provider.Conversation.Answer;
import dev.caravan.provider.Conversation.Input;
import dev.caravan.provider.Conversation.Returned;
import dev.caravan.provider.Conversation.Turn;
import dev.caravan.provider.Parts;
import dev.caravan.provider.Said;
import dev.caravan.provider.ToolNames;
import dev.caravan.provider.gemini.ContentPart.MediaPart;
import dev.caravan.provider.gemini.ContentPart.TextPart;
import dev.caravan.provider.gemini.ThoughtSignature.Place;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the conversation of one request as Gemini's {@code contents}. What differs: turns are the user's and the model's in
 * turn, so neighbours of one role become one; the results of functions come first in the turn behind the calls, one for each
 * call, in the order of the calls, and name the function. Not thread-safe.
 */
final class ContentsWriter {
    /** What Gemini 3 takes in place of the signature of a call that it did not make itself. */
    private static final String FOREIGN_CALL = "skip_thought_signature_validator";

    private final String provider;
    private final GeminiModel model;
    private final ToolNames names;
    private final MessageRequest request;
    private final List<Content> contents = new ArrayList<>();

    ContentsWriter(MessageRequest request, GeminiModel model, ToolNames names, String provider) {
        this.provider = provider;
        this.model = model;
        this.names = names;
        this.request = request;
    }

    /** A turn on the wire. */
    private record Content(String role, List<Entry> entries) {}

    /** What stands in a turn. */
    private sealed interface Entry {}

    private record Shown(ContentPart part, String signature) implements Entry {}

    private record Thought(String text, String signature) implements Entry {}

    private record Called(ToolUse call, String signature) implements Entry {}

    private record Answered(ToolUse call, Result result) implements Entry {}

    /** What one or several results say of a call. */
    private record Result(List<ContentPart> parts, boolean failed) {
        static Result of(Returned returned) {
            return new Result(ContentPart.of(Parts.ofContent(returned)), returned.failed());
        }
    }

    /**
     * Writes the array.
     *
     * @throws dev.caravan.message.ApiException 400 for what Gemini has nothing for
     */
    void write(JsonGenerator out) throws IOException {
        read();
        if (contents.isEmpty()) {
            throw BlockPath.notCarried("messages", "a conversation without any content", provider);
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

    private void read() {
        List<ToolUse> calls = List.of();
        Map<String, Result> results = new HashMap<>();
        for (Turn turn : Conversation.of(request, provider)) {
            if (turn instanceof Returned returned) {
                results.put(returned.call().id(), Result.of(returned));
                continue;
            }
            results(calls, results);
            calls = List.of();
            switch (turn) {
                case Answer answer -> calls = answer(answer);
                case Input input -> input(input);
                case Returned returned -> throw new IllegalStateException("taken above");
            }
        }
        results(calls, results);
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

    /** Adds what the calls returned, and forgets it. */
    private void results(List<ToolUse> calls, Map<String, Result> results) {
        List<Entry> entries = new ArrayList<>();
        for (ToolUse call : calls) {
            entries.add(new Answered(call, results.get(call.id())));
        }
        for (ToolUse call : calls) {
            for (MediaPart media : outsideOfResult(results.get(call.id()))) {
                entries.add(
                        shown("[from the result of " + names.toProvider(call.name()) + ", call " + call.id() + "]"));
                entries.add(new Shown(media, ""));
            }
        }
        add("user", entries);
        results.clear();
    }

    private List<MediaPart> outsideOfResult(Result result) {
        return model.ofGeneration3() ? List.of() : ContentPart.media(result.parts());
    }

    private static Shown shown(String text) {
        return new Shown(new TextPart(text), "");
    }

    /** Adds what the assistant said; returns its calls. */
    private List<ToolUse> answer(Answer answer) {
        List<Entry> entries = new ArrayList<>();
        List<ToolUse> calls = new ArrayList<>();
        String signature = "";
        for (Said said : Said.of(answer)) {
            switch (said) {
                case Said.Words words -> {
                    if (!words.text().isEmpty()) {
                        entries.add(new Shown(new TextPart(words.text()), signature));
                        signature = "";
                    }
                }
                case Said.Called called -> {
                    boolean unsigned = signature.isEmpty() && calls.isEmpty() && model.ofGeneration3();
                    entries.add(new Called(called.call(), unsigned ? FOREIGN_CALL : signature));
                    signature = "";
                    calls.add(called.call());
                }
                case Said.Thought thought -> signature = thought(thought.thinking(), entries, signature);
                case Said.Redacted redacted -> {
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
        String own = signature.valueOf(Place.OWN);
        if (!thinking.thinking().isEmpty() || !own.isEmpty()) {
            entries.add(new Thought(thinking.thinking(), own));
        }
        String end = signature.valueOf(Place.END);
        if (!end.isEmpty()) {
            entries.add(new Shown(new TextPart(""), end));
        }
        String next = signature.valueOf(Place.NEXT);
        return next.isEmpty() ? waiting : next;
    }

    private void input(Input input) {
        List<Entry> entries = new ArrayList<>();
        for (ContentPart part : ContentPart.of(Parts.of(input.blocks()))) {
            // Gemini knows only one system prompt, at the top, where a change would cost the cache of all that follows.
            entries.add(input.role() == Role.SYSTEM && part instanceof TextPart text
                    ? shown("<system>\n" + text.text() + "\n</system>")
                    : new Shown(part, ""));
        }
        add("user", entries);
    }

    private void write(Entry entry, JsonGenerator out) throws IOException {
        switch (entry) {
            case Shown shown -> {
                shown.part().writeTo(out);
                signature(shown.signature(), out);
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
                out.writeRawValue(called.call().input().compact());
                out.writeEndObject();
                signature(called.signature(), out);
            }
            case Answered answered -> result(answered.call(), answered.result(), out);
        }
    }

    private static void signature(String signature, JsonGenerator out) throws IOException {
        if (!signature.isEmpty()) {
            out.writeStringField("thoughtSignature", signature);
        }
    }

    private void result(ToolUse call, Result result, JsonGenerator out) throws IOException {
        out.writeObjectFieldStart("functionResponse");
        out.writeStringField("id", call.id());
        out.writeStringField("name", names.toProvider(call.name()));
        out.writeObjectFieldStart("response");
        out.writeStringField(result.failed() ? "error" : "output", ContentPart.text(result.parts()));
        out.writeEndObject();
        List<MediaPart> media = ContentPart.media(result.parts());
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
