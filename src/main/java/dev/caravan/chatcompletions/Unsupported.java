package dev.caravan.chatcompletions;

import dev.caravan.message.ApiException;

/** What the Messages API has nothing for and whose absence a client would notice. */
final class Unsupported {
    private Unsupported() {}

    /**
     * @throws ApiException 400 that names the field
     */
    static void refuse(JsonField request) {
        JsonField n = request.get("n");
        if (n.present() && n.integer(1) > 1) {
            throw n.problem("only 1 choice can be had for a request");
        }
        JsonField logprobs = request.get("logprobs");
        if (logprobs.present() && logprobs.bool()) {
            throw logprobs.problem("log probabilities cannot be had");
        }
        JsonField topLogprobs = request.get("top_logprobs");
        if (topLogprobs.present() && topLogprobs.integer(0) > 0) {
            throw topLogprobs.problem("log probabilities cannot be had");
        }
        for (JsonField modality : request.get("modalities").elements()) {
            if (!modality.string().equals("text")) {
                throw modality.unexpected("\"text\", the only kind of output that can be had");
            }
        }
        JsonField audio = request.get("audio");
        if (audio.present()) {
            throw audio.problem("audio output cannot be had");
        }
        JsonField search = request.get("web_search_options");
        if (search.present()) {
            throw search.problem("web search cannot be had; offer a tool instead");
        }
    }
}
