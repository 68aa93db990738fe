package dev.caravan.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.config.Secret;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/** Sends requests to a server that speaks the Messages API. {@link #close()} may be called by any thread. */
final class GatewayClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT = Duration.ofSeconds(10);
    /** Servers send a ping in a long silence, Caravan every 10 s; one that sends nothing for this long is gone. */
    private static final Duration SILENCE = Duration.ofSeconds(60);
    private static final int MOST_OF_AN_ERROR = 64 * 1024;
    private static final int MOST_OF_AN_ANSWER = 16 << 20;
    private static final int OK = 200;
    private static final int NO_CONTENT = 204;
    private static final int HUNDREDS = 100;
    private static final int UNAUTHORIZED = 401;

    private final URI gateway;
    private final Optional<Secret> key;
    private final Duration silence;
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT).followRedirects(HttpClient.Redirect.NEVER).build();

    /** What came of a request. */
    sealed interface Answer {
        /** The JSON object that was asked for; a missing node when the server had nothing to tell but that it is done. */
        record Ok(JsonNode body, HttpHeaders headers) implements Answer {}

        /**
         * The server said no.
         *
         * @param retryAfter when it may be asked again, where it told
         * @param text why, for people
         */
        record Refused(int status, Optional<Duration> retryAfter, String text) implements Answer {}

        /**
         * No answer came, or half of one.
         *
         * @param text why, for people
         */
        record None(String text) implements Answer {}
    }

    /**
     * @param gateway the URL that the API's paths are added to
     * @param key the key to authenticate with
     */
    GatewayClient(URI gateway, Optional<Secret> key) {
        this(gateway, key, SILENCE);
    }

    /**
     * @param silence the longest wait for an answer, and for its next bytes
     */
    GatewayClient(URI gateway, Optional<Secret> key, Duration silence) {
        this.gateway = gateway;
        this.key = key;
        this.silence = silence;
    }

    /** Whom it asks. */
    URI gateway() {
        return gateway;
    }

    /** The longest wait for an answer, and for its next bytes. */
    Duration silence() {
        return silence;
    }

    /** A request of the API, with the key. */
    HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway + path))
                .header("anthropic-version", "2023-06-01");
        key.ifPresent(secret -> request.header("x-api-key", secret.reveal()));
        return request;
    }

    /** Asks for a JSON object. */
    Answer ask(HttpRequest request) throws InterruptedException {
        return ask(request, () -> Long.MIN_VALUE);
    }

    /**
     * The same with a body that takes its time.
     *
     * @param lastSent when a part of the body was last taken, as {@link System#nanoTime()} tells it; what is still being sent is no
     *     silence
     */
    Answer ask(HttpRequest request, LongSupplier lastSent) throws InterruptedException {
        try (ReplyBody body = new ReplyBody(silence)) {
            HttpResponse<ReplyBody> reply = send(request, body, lastSent);
            if (reply.statusCode() / HUNDREDS != OK / HUNDREDS) {
                return new Answer.Refused(reply.statusCode(), retryAfter(reply.headers()), refusal(reply));
            }
            JsonNode answer = JSON.readTree(body.readAtMost(MOST_OF_AN_ANSWER));
            if (answer.isObject() || reply.statusCode() == NO_CONTENT) {
                return new Answer.Ok(answer, reply.headers());
            }
            return new Answer.None(notTheApi("HTTP " + reply.statusCode()));
        } catch (NobodyListensException e) {
            return new Answer.None(nobody());
        } catch (JsonProcessingException e) {
            return new Answer.None(notTheApi("HTTP " + OK));
        } catch (IOException e) {
            return new Answer.None("the answer of " + gateway + " was cut off: " + NetworkFailure.of(e).text());
        } catch (CommandFailure e) {
            return new Answer.None(e.getMessage());
        }
    }

    /** Asks for a JSON object that there has to be. */
    Answer.Ok require(HttpRequest request) throws CommandFailure, InterruptedException {
        return require(ask(request));
    }

    /** The object that there has to be. */
    static Answer.Ok require(Answer answer) throws CommandFailure {
        return switch (answer) {
            case Answer.Ok ok -> ok;
            case Answer.Refused refused -> throw new CommandFailure(refused.text());
            case Answer.None none -> throw new CommandFailure(none.text());
        };
    }

    /**
     * Sends, and returns when the head of the reply is there.
     *
     * @throws NobodyListensException when there is no server at the address
     * @throws CommandFailure when no reply comes
     */
    HttpResponse<ReplyBody> send(HttpRequest request, ReplyBody body)
            throws CommandFailure, NobodyListensException, InterruptedException {
        return send(request, body, () -> Long.MIN_VALUE);
    }

    private HttpResponse<ReplyBody> send(HttpRequest request, ReplyBody body, LongSupplier lastSent)
            throws CommandFailure, NobodyListensException, InterruptedException {
        long begun = System.nanoTime();
        CompletableFuture<HttpResponse<ReplyBody>> reply = client.sendAsync(request, head -> body);
        long left = silence.toNanos();
        while (left > 0) {
            try {
                // Not the request's own time-out, which from JDK 26 on is for the whole answer.
                return reply.get(left, TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                left = silence.toNanos() - (System.nanoTime() - Math.max(begun, lastSent.getAsLong()));
            } catch (ExecutionException e) {
                NetworkFailure failure = NetworkFailure.of(e.getCause());
                if (failure.kind() == NetworkFailure.Kind.REFUSED) {
                    throw new NobodyListensException();
                }
                throw new CommandFailure("no answer from " + gateway + ": " + failure.text());
            }
        }
        reply.cancel(true);
        throw new CommandFailure("no answer from " + gateway + " for " + silence.toSeconds() + " s");
    }

    /** That nothing listens there, for people. */
    String nobody() {
        return "nothing listens at " + gateway + "; start a gateway with: caravan serve";
    }

    /** Why the server did not do it, for people. */
    String refusal(HttpResponse<ReplyBody> reply) throws InterruptedException {
        String status = "HTTP " + reply.statusCode();
        String request = reply.headers().firstValue("request-id").map(id -> ", request " + TerminalText.line(id, 100))
                .orElse("");
        JsonNode error = error(reply.body());
        if (error.isMissingNode()) {
            return notTheApi(status + request);
        }
        String hint = reply.statusCode() == UNAUTHORIZED
                ? "\nThe key is taken from the environment, see --key-env."
                : "";
        return AnswerReader.describe(error) + " (" + status + request + ")" + hint;
    }

    private String notTheApi(String status) {
        return gateway + " answered " + status + ", and not as the Messages API does; is this Caravan?";
    }

    /** Only the form in seconds, which is what servers of this API send. */
    private static Optional<Duration> retryAfter(HttpHeaders headers) {
        return headers.firstValue("retry-after").filter(value -> value.matches("[0-9]{1,6}"))
                .map(value -> Duration.ofSeconds(Long.parseLong(value)));
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

    /** Ends what is under way; who reads an answer is told that it was cut off. */
    @Override
    public void close() {
        client.shutdownNow();
    }
}
