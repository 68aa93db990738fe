package dev.caravan.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.config.Secret;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks a server that speaks the Messages API, and streams its answer. {@link #close()} may be called by any thread. */
final class ChatClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT = Duration.ofSeconds(10);
    /** Servers send a ping in a long silence, Caravan every 10 s; one that sends nothing for this long is gone. */
    private static final Duration SILENCE = Duration.ofSeconds(60);
    private static final int MOST_OF_AN_ERROR = 64 * 1024;
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;

    private final URI gateway;
    private final Optional<Secret> key;
    private final Duration silence;
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT).followRedirects(HttpClient.Redirect.NEVER).build();

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
        this(gateway, key, SILENCE);
    }

    /**
     * @param silence the longest wait for the next bytes of the answer, and for its first
     */
    ChatClient(URI gateway, Optional<Secret> key, Duration silence) {
        this.gateway = gateway;
        this.key = key;
        this.silence = silence;
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
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway + "/v1/messages"))
                .header("content-type", "application/json").header("accept", "text/event-stream")
                .header("anthropic-version", "2023-06-01").POST(BodyPublishers.ofByteArray(question.json()));
        key.ifPresent(secret -> request.header("x-api-key", secret.reveal()));
        try (ReplyBody body = new ReplyBody(silence)) {
            HttpResponse<ReplyBody> reply = send(request.build(), body);
            answered.run();
            if (reply.statusCode() != OK) {
                throw new CommandFailure(refusal(reply));
            }
            requireEventStream(reply);
            reader.read(body);
        }
    }

    /** Ends what is under way; its reader is told that the answer was cut off. */
    @Override
    public void close() {
        client.shutdownNow();
    }

    private HttpResponse<ReplyBody> send(HttpRequest request, ReplyBody body)
            throws CommandFailure, NobodyListensException, InterruptedException {
        CompletableFuture<HttpResponse<ReplyBody>> reply = client.sendAsync(request, head -> body);
        try {
            // Not the request's own time-out, which from JDK 26 on is for the whole answer.
            return reply.get(silence.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new CommandFailure("no answer from " + gateway + " for " + silence.toSeconds() + " s");
        } catch (ExecutionException e) {
            NetworkFailure failure = NetworkFailure.of(e.getCause());
            if (failure.kind() == NetworkFailure.Kind.REFUSED) {
                throw new NobodyListensException();
            }
            throw new CommandFailure("no answer from " + gateway + ": " + failure.text());
        }
    }

    private void requireEventStream(HttpResponse<?> reply) throws CommandFailure {
        String type = reply.headers().firstValue("content-type").orElse("nothing that has a type");
        if (!type.regionMatches(true, 0, "text/event-stream", 0, "text/event-stream".length())) {
            throw new CommandFailure("no stream came from " + gateway + " but " + TerminalText.line(type, 100)
                    + ": is this the Messages API?");
        }
    }

    private String refusal(HttpResponse<ReplyBody> reply) throws InterruptedException {
        String status = "HTTP " + reply.statusCode();
        String request = reply.headers().firstValue("request-id").map(id -> ", request " + TerminalText.line(id, 100))
                .orElse("");
        JsonNode error = error(reply.body());
        if (error.isMissingNode()) {
            return gateway + " answered " + status + request + ", and not as the Messages API does; is this Caravan?";
        }
        String hint = reply.statusCode() == UNAUTHORIZED
                ? "\nThe key is taken from the environment, see --key-env."
                : "";
        return AnswerReader.describe(error) + " (" + status + request + ")" + hint;
    }

    /** The error object of the API's envelope; a missing node when the body is something else. */
    private static JsonNode error(ReplyBody body) throws InterruptedException {
        try {
            JsonNode error = JSON.readTree(body.readAtMost(MOST_OF_AN_ERROR)).path("error");
            return error.isObject() ? error : JSON.missingNode();
        } catch (IOException e) {
            // Broken off or no JSON: the status is all there is to tell.
            return JSON.missingNode();
        }
    }

    /** No server is at the address. */
    static final class NobodyListensException extends Exception {
        private static final long serialVersionUID = 1L;

        NobodyListensException() {
            super(null, null, false, false);
        }
    }
}
