package dev.caravan.provider.openai;

import java.util.List;

/**
 * What one chunk of a stream says, or a whole reply, in the order in which it is to be told: reasoning, content, refusal, calls.
 * Nothing here is told before the chunk was read to its end, since an error may stand behind the content.
 *
 * @param reasoning reasoning beside the content, empty if none
 * @param reasoningDetails OpenRouter's account of the reasoning, an array's JSON, empty if none
 * @param content text, or text and reasoning where the content is an array
 * @param refusal the text of a refusal, empty if none
 * @param calls tool calls or fragments of them
 * @param finishReason why the reply ended, empty while it goes on
 * @param matchedStop the stop sequence that was met, empty when not told
 * @param serviceTier the capacity that serves the request, in the Messages API's words; null when not told
 * @param usage tokens so far, null when not told
 * @param error what went wrong at the provider, null if nothing
 * @param whole whether this is the whole reply
 */
record Chunk(String reasoning, String reasoningDetails, List<Piece> content, String refusal, List<ToolFragment> calls,
        String finishReason, String matchedStop, String serviceTier,
        OpenAiUsage usage, ProviderError error, boolean whole) {
    /** A piece of content: text of the answer or of the reasoning. */
    record Piece(boolean thinking, String text) {}

    /**
     * A tool call or a fragment of one.
     *
     * @param index the call's number in the reply, -1 when not told
     * @param id its id, empty in later fragments
     * @param name the tool's name, empty in later fragments
     * @param arguments more of the arguments' JSON, may be empty
     */
    record ToolFragment(int index, String id, String name, String arguments) {
        boolean isEmpty() {
            return id.isEmpty() && name.isEmpty() && arguments.isEmpty();
        }
    }

    /** Whether the model said something; a chunk that only names the role, or only ends the message, holds nothing of it. */
    boolean hasOutput() {
        return !(reasoning.isEmpty() && reasoningDetails.isEmpty() && content.isEmpty() && refusal.isEmpty()
                && calls.isEmpty());
    }
}
