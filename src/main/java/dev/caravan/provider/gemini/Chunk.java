package dev.caravan.provider.gemini;

import dev.caravan.message.ApiException;
import java.util.List;

/**
 * What one {@code GenerateContentResponse} says, a chunk of a stream or a whole reply.
 *
 * @param parts the parts of the first candidate, in order
 * @param finishReason why the reply ended, empty while it goes on
 * @param finishMessage what Gemini says of that, empty if nothing
 * @param blockReason why the prompt was refused, empty if it was not
 * @param usage tokens so far, null when not told
 * @param error what went wrong at the provider, null if nothing
 */
record Chunk(List<Part> parts, String finishReason, String finishMessage, String blockReason, GeminiUsage usage,
        ApiException error) {
    /**
     * A part of the reply: text, or a function call.
     *
     * @param text its text, empty if none
     * @param thought whether the text is a thought
     * @param signature the thought signature that it carries, empty if none
     * @param call the function that is called, null if none
     */
    record Part(String text, boolean thought, String signature, FunctionCall call) {}

    /**
     * A call of a function.
     *
     * @param id its id, empty when Gemini gave none
     * @param name the function's name
     * @param args its arguments, JSON
     */
    record FunctionCall(String id, String name, String args) {}
}
