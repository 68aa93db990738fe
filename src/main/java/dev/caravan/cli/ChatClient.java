package dev.caravan.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.config.Secret;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Optional;

/** Asks a server that speaks the Messages API, and streams its answer. {@link #close()} may be called by any thread. */
final class ChatClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int OK = 200;

    private final GatewayClient client;

    /** What is asked. */
    record Question(String model, int maxTokens, Optional<String> system, String text) {
        private byte[] json() throws IOException {
            ObjectNode request = JSON.createObjectNode().put("model", model).put("max_tokens", maxTokens).put("stream",
                    true);
            system.ifPresent(prompt -> request.put("system", prompt));
            request.putArray("messages").addObject().put("role", "user").put("content", text);
            return JSON.writeValueAsBytes(request);
        }
    }

    /**
     * @param gateway the URL that the API's paths are added to
     * @param key the key to authenticate with
     */
    ChatClient(URI gateway, Optional<Secret> key) {
        client = new GatewayClient(gateway, key);
    }

    /**
     * Asks, and has the answer read while it comes. The request ends when this returns, also by an exception.
     *
     * @param answered is called when the server has answered, with a stream or an error
     * @throws NobodyListensException when there is no server at the address
     * @throws CommandFailure when the answer is not complete, for whatever reason
     */
    void ask(Question question, AnswerReader reader, Runnable answered)
            throws CommandFailure, NobodyListensException, IOException, InterruptedException {
        HttpRequest request = client.request("/v1/messages").header("content-type", "application/json")
                .header("accept", "text/event-stream").POST(BodyPublishers.ofByteArray(question.json())).build();
        try (ReplyBody body = new ReplyBody(client.silence())) {
            HttpResponse<ReplyBody> reply = client.send(request, body);
            answered.run();
            if (reply.statusCode() != OK) {
                throw new CommandFailure(client.refusal(reply));
            }
            requireEventStream(reply);
            reader.read(body);
        }
    }

    /** Ends what is under way; its reader is told that the answer was cut off. */
    @Override
    public void close() {
        client.close();
    }

    private void requireEventStream(HttpResponse<?> reply) throws CommandFailure {
        String type = reply.headers().firstValue("content-type").orElse("nothing that has a type");
        if (!type.regionMatches(true, 0, "text/event-stream", 0, "text/event-stream".length())) {
            throw new CommandFailure("no stream came from " + client.gateway() + " but "
                    + TerminalText.line(type, 100) + ": is this the Messages API?");
        }
    }
}
