package dev.caravan.provider.ollama;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.message.ContentBlock.Base64Source;
import dev.caravan.message.ContentBlock.ToolUse;
import dev.caravan.message.InputMessage.Role;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.Text;
import dev.caravan.provider.Conversation;
import dev.caravan.provider.Conversation.Answer;
import dev.caravan.provider.Conversation.Input;
import dev.caravan.provider.Conversation.Placed;
import dev.caravan.provider.Conversation.Returned;
import dev.caravan.provider.Parts;
import dev.caravan.provider.Said;
import dev.caravan.provider.SystemPrompt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Writes the messages of a request as Ollama has them: a text, and beside it the bytes of images, the reasoning and the calls. A
 * message of the role {@code tool} may have images, too.
 */
final class ChatMessages {
    private final JsonGenerator out;
    private final String provider;

    ChatMessages(JsonGenerator out, String provider) {
        this.out = out;
        this.provider = provider;
    }

    /** Writes the field {@code messages}. */
    void write(MessageRequest request) throws IOException {
        out.writeArrayFieldStart("messages");
        SystemPrompt.writeMessage(request.system(), out);
        for (Conversation.Turn turn : inOrderOfCalls(Conversation.of(request, provider))) {
            switch (turn) {
                case Answer answer -> answer(answer);
                case Returned returned -> returned(returned);
                case Input input -> {
                    out.writeStartObject();
                    out.writeStringField("role", input.role() == Role.SYSTEM ? "system" : "user");
                    content(Parts.of(input.blocks()));
                    out.writeEndObject();
                }
            }
        }
        out.writeEndArray();
    }

    /**
     * The same turns, but results in the order of their calls, whichever tool was ready first: the templates of most models show a
     * result without its id or name, so its place is all that tells the model what it is the result of.
     */
    private static List<Conversation.Turn> inOrderOfCalls(List<Conversation.Turn> turns) {
        List<Conversation.Turn> ordered = new ArrayList<>(turns);
        for (int i = 0; i < turns.size(); i++) {
            if (turns.get(i) instanceof Answer answer) {
                List<String> calls = answer.blocks().stream().map(Placed::block).filter(ToolUse.class::isInstance)
                        .map(block -> ((ToolUse) block).id()).toList();
                int end = i + 1;
                while (end < turns.size() && turns.get(end) instanceof Returned) {
                    end++;
                }
                ordered.subList(i + 1, end)
                        .sort(Comparator.comparingInt(turn -> calls.indexOf(((Returned) turn).call().id())));
            }
        }
        return ordered;
    }

    private void content(Parts parts) throws IOException {
        List<String> images = new ArrayList<>();
        for (Parts.Part part : parts.list()) {
            switch (part) {
                case Parts.TextPart text -> {
                }
                case Parts.ImagePart image -> {
                    if (!(image.source() instanceof Base64Source bytes)) {
                        throw image.path().notCarried(".source", "an image to be fetched from a URL");
                    }
                    images.add(bytes.data());
                }
                case Parts.FilePart file -> throw file.path().notCarried(".source", switch (file.source()) {
                    case Base64Source bytes -> "a document of type " + Text.excerpt(bytes.mediaType());
                    default -> "a document to be fetched from a URL";
                });
            }
        }
        out.writeStringField("content", parts.text());
        if (!images.isEmpty()) {
            out.writeArrayFieldStart("images");
            for (String image : images) {
                out.writeString(image);
            }
            out.writeEndArray();
        }
    }

    private void answer(Answer answer) throws IOException {
        StringBuilder said = new StringBuilder();
        StringBuilder thought = new StringBuilder();
        List<ToolUse> calls = new ArrayList<>();
        for (Said part : Said.of(answer)) {
            switch (part) {
                // Blocks are how the stream was cut; joined without anything between they are what the model wrote.
                case Said.Words words -> said.append(words.text());
                case Said.Thought reasoning -> thought.append(reasoning.thinking().thinking());
                case Said.Called called -> calls.add(called.call());
                case Said.Redacted redacted -> {
                }
            }
        }
        out.writeStartObject();
        out.writeStringField("role", "assistant");
        out.writeStringField("content", said.toString());
        if (!thought.isEmpty()) {
            out.writeStringField("thinking", thought.toString());
        }
        if (!calls.isEmpty()) {
            out.writeArrayFieldStart("tool_calls");
            for (ToolUse call : calls) {
                call(call);
            }
            out.writeEndArray();
        }
        out.writeEndObject();
    }

    private void call(ToolUse call) throws IOException {
        out.writeStartObject();
        out.writeStringField("id", call.id());
        out.writeObjectFieldStart("function");
        out.writeStringField("name", call.name());
        out.writeFieldName("arguments");
        out.writeRawValue(call.input().compact());
        out.writeEndObject();
        out.writeEndObject();
    }

    private void returned(Returned returned) throws IOException {
        out.writeStartObject();
        out.writeStringField("role", "tool");
        out.writeStringField("tool_name", returned.call().name());
        out.writeStringField("tool_call_id", returned.call().id());
        content(Parts.ofResults(returned.results()));
        out.writeEndObject();
    }
}
