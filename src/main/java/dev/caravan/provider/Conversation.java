package dev.caravan.provider;

import dev.caravan.message.ContentBlock;
import dev.caravan.message.ContentBlock.ToolResult;
import dev.caravan.message.ContentBlock.ToolUse;
import dev.caravan.message.InputMessage;
import dev.caravan.message.InputMessage.Role;
import dev.caravan.message.MessageRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The messages of a request in the order that dialects with messages of their own for the results of tools want: the assistant's
 * turns that follow each other as one, directly behind it one result for each of its calls, and then what else was said. A result
 * without its call stays in the turn in which it stood; several results of one call are one; a call that nobody answered has a
 * result of nothing. What a turn becomes depends on the turns before it and on the answers to its calls alone, so a conversation
 * that goes on begins with what it began with before.
 */
public final class Conversation {
    private final List<InputMessage> messages;
    private final String provider;
    private final List<Turn> turns = new ArrayList<>();

    private Conversation(List<InputMessage> messages, String provider) {
        this.messages = messages;
        this.provider = provider;
    }

    /** A part of the conversation. */
    public sealed interface Turn {}

    /** What the user or the system said, without the results that are turns of their own. */
    public record Input(Role role, List<Placed> blocks) implements Turn {}

    /** What the assistant said, its calls included. */
    public record Answer(List<Placed> blocks) implements Turn {}

    /** What a call returned: its results in the order in which they came, none when nobody answered it. */
    public record Returned(ToolUse call, List<Placed> results) implements Turn {
        /** Whether it failed, which a call that nobody answered did. */
        public boolean failed() {
            return results.isEmpty()
                    || results.stream().anyMatch(placed -> ((ToolResult) placed.block()).isError());
        }
    }

    /** A block and where it stands in the request. */
    public record Placed(ContentBlock block, BlockPath path) {}

    /**
     * The conversation of a request.
     *
     * @param provider the name of the provider that it is for
     */
    public static List<Turn> of(MessageRequest request, String provider) {
        Conversation conversation = new Conversation(request.messages(), provider);
        conversation.read();
        return conversation.turns;
    }

    private void read() {
        int turn = 0;
        while (turn < messages.size()) {
            if (messages.get(turn).role() == Role.ASSISTANT) {
                turn = exchange(turn);
            } else {
                input(turn, Map.of());
                turn++;
            }
        }
    }

    /** Takes what the assistant said from this message on and all that follows until it speaks again; returns where that is. */
    private int exchange(int from) {
        int inputs = from;
        List<Placed> said = new ArrayList<>();
        while (inputs < messages.size() && messages.get(inputs).role() == Role.ASSISTANT) {
            addBlocks(inputs, said);
            inputs++;
        }
        int end = inputs;
        while (end < messages.size() && messages.get(end).role() != Role.ASSISTANT) {
            end++;
        }
        turns.add(new Answer(said));
        Map<String, ToolUse> calls = new LinkedHashMap<>();
        for (Placed placed : said) {
            if (placed.block() instanceof ToolUse call) {
                calls.putIfAbsent(call.id(), call);
            }
        }
        Map<String, List<Placed>> answers = calls.isEmpty() ? Map.of() : answers(calls, inputs, end);
        answers.forEach((id, results) -> turns.add(new Returned(calls.get(id), results)));
        for (ToolUse call : calls.values()) {
            if (!answers.containsKey(call.id())) {
                turns.add(new Returned(call, List.of()));
            }
        }
        for (int turn = inputs; turn < end; turn++) {
            input(turn, answers);
        }
        return end;
    }

    /** The answers to these calls in the messages given, by the call's id, in the order of the answers. */
    private Map<String, List<Placed>> answers(Map<String, ToolUse> calls, int from, int to) {
        Map<String, List<Placed>> answers = new LinkedHashMap<>();
        for (int turn = from; turn < to; turn++) {
            List<ContentBlock> content = messages.get(turn).content();
            for (int i = 0; i < content.size(); i++) {
                if (content.get(i) instanceof ToolResult result && calls.containsKey(result.toolUseId())) {
                    answers.computeIfAbsent(result.toolUseId(), id -> new ArrayList<>(1))
                            .add(new Placed(result, path(turn, i)));
                }
            }
        }
        return answers;
    }

    private void input(int turn, Map<String, List<Placed>> answers) {
        List<Placed> blocks = new ArrayList<>();
        addBlocks(turn, blocks);
        int all = blocks.size();
        blocks.removeIf(placed -> placed.block() instanceof ToolResult result
                && answers.containsKey(result.toolUseId()));
        if (!blocks.isEmpty() || all == 0) {
            turns.add(new Input(messages.get(turn).role(), blocks));
        }
    }

    private void addBlocks(int turn, List<Placed> blocks) {
        List<ContentBlock> content = messages.get(turn).content();
        for (int i = 0; i < content.size(); i++) {
            blocks.add(new Placed(content.get(i), path(turn, i)));
        }
    }

    private BlockPath path(int turn, int block) {
        return BlockPath.ofMessage(provider, turn, block);
    }
}
