package dev.caravan.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.config.ExecProvider;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Runs the command of an exec provider once with a request for a single token, as docs/exec-protocol.md describes it, and says what
 * became of it. One that is to be kept gets the request when it says that it is ready. The process is killed when it has answered,
 * and when it takes too long.
 */
final class ExecTrial {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);
    /** Exit codes above tell the signal that ended a process. */
    private static final int SIGNAL_BASE = 128;

    private final ExecProvider provider;
    private final String model;
    private final CompletableFuture<Void> timeUp;
    private final Consumer<String> progress;
    private String version = "";

    /** What became of the trial. */
    sealed interface Outcome {
        /** It answered; {@code first} is how long its first output took. */
        record Answered(Duration first) implements Outcome {}

        /**
         * A process that is kept came to be ready and answered.
         *
         * @param load how long until it was ready
         * @param first how long from the request to its first output then
         * @param version what it says it is, empty when it does not
         */
        record Kept(Duration load, Duration first, String version) implements Outcome {}

        /** It ended well and wrote nothing. */
        record Empty() implements Outcome {}

        /** It did not answer in time; {@code alive} when it showed that it was at work. */
        record Unfinished(boolean alive) implements Outcome {}

        /**
         * It failed. Both texts are the program's own in part, and may hold anything.
         *
         * @param how what happened
         * @param lastWords the last line on its standard error, empty when there was none
         */
        record Failed(String how, String lastWords) implements Outcome {}
    }

    /** What one line of output means for the trial. */
    private enum Meaning {
        ANSWER, SIGN_OF_LIFE, READY, END
    }

    private static final class Fault extends Exception {
        private static final long serialVersionUID = 1L;

        Fault(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * @param model the model to ask for
     * @param timeUp is completed when the process has run for long enough
     */
    ExecTrial(ExecProvider provider, String model, CompletableFuture<Void> timeUp) {
        this(provider, model, timeUp, message -> {});
    }

    /**
     * @param progress takes what the process says of how far it is, foreign text
     */
    ExecTrial(ExecProvider provider, String model, CompletableFuture<Void> timeUp, Consumer<String> progress) {
        this.progress = progress;
        this.provider = provider;
        this.model = model;
        this.timeUp = timeUp;
    }

    Outcome run() throws InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(provider.command()).directory(provider.workingDirectory().toFile());
        provider.environment().forEach((name, value) -> builder.environment().put(name, value.reveal()));
        long start = System.nanoTime();
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return new Outcome.Failed("cannot be started: " + e.getMessage(), "");
        }
        AtExit atExit = AtExit.close(() -> kill(process));
        AtomicBoolean late = new AtomicBoolean();
        try {
            if (provider.workers().isEmpty()) {
                feed(process);
            }
            CompletableFuture<Outcome> outcome = outcome(process, start, late);
            CompletableFuture.anyOf(outcome, timeUp).get();
            if (!outcome.isDone()) {
                late.set(true);
                kill(process);
                // A process that the killed one has let go of may hold its output open for ever.
                outcome.completeOnTimeout(new Outcome.Unfinished(false), LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
            }
            return outcome.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the trial of " + provider.name() + " broke", e.getCause());
        } finally {
            kill(process);
            atExit.cancel();
        }
    }

    /** Pipes are read by platform threads: a read holds its thread in the kernel, and a virtual thread its carrier with it. */
    private CompletableFuture<Outcome> outcome(Process process, long start, AtomicBoolean late) {
        CompletableFuture<String> lastWords = lastWords(process);
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("caravan-trial-stdout").start(() -> {
            try {
                outcome.complete(read(process, start, late, lastWords));
            } catch (InterruptedException | RuntimeException e) {
                outcome.completeExceptionally(e);
            }
        });
        return outcome;
    }

    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private void feed(Process process) {
        Thread.ofPlatform().daemon().name("caravan-trial-stdin").start(() -> {
            try {
                OutputStream stdin = process.getOutputStream();
                stdin.write(request());
                stdin.flush();
                if (provider.workers().isEmpty()) {
                    stdin.close();
                }
            } catch (IOException e) {
                // It need not read; its answer tells whether that was right.
            }
        });
    }

    private byte[] request() throws IOException {
        ObjectNode request = JSON.createObjectNode().put("type", "generate").put("id", "msg_trial").put("model", model);
        request.putArray("messages").addObject().put("role", "user").putArray("content").addObject().put("type", "text")
                .put("text", "Hi");
        request.put("max_tokens", 1).put("stream", true);
        return (request + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private CompletableFuture<String> lastWords(Process process) {
        CompletableFuture<String> last = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("caravan-trial-stderr").start(() -> {
            String line = "";
            try (InputStream stderr = new BufferedInputStream(process.getErrorStream())) {
                for (byte[] next = line(stderr); next != null; next = line(stderr)) {
                    String text = new String(next, StandardCharsets.UTF_8);
                    line = text.isBlank() ? line : text;
                }
            } catch (IOException | Fault e) {
                // What was read until then has to do.
            }
            last.complete(line);
        });
        return last;
    }

    private Outcome read(Process process, long start, AtomicBoolean late, CompletableFuture<String> lastWords)
            throws InterruptedException {
        boolean alive = false;
        Duration first = null;
        Duration load = null;
        int number = 1;
        try (InputStream stdout = new BufferedInputStream(process.getInputStream())) {
            for (byte[] line = line(stdout); line != null; number++, line = line(stdout)) {
                if (new String(line, StandardCharsets.UTF_8).isBlank()) {
                    continue;
                }
                JsonNode output = object(line);
                Meaning meaning = meaning(output);
                alive = true;
                if (meaning == Meaning.READY && load == null && provider.workers().isPresent()) {
                    load = Duration.ofNanos(System.nanoTime() - start);
                    version = output.get("ready").path("version").asText("");
                    feed(process);
                } else if ((meaning == Meaning.ANSWER || meaning == Meaning.END) && first == null) {
                    first = Duration.ofNanos(System.nanoTime() - start);
                }
                if (first != null && load == null && provider.workers().isPresent()) {
                    throw new Fault("is of an answer, before the process has said that it is ready");
                }
                if (meaning == Meaning.END) {
                    return answered(first, load);
                }
            }
        } catch (Fault e) {
            return new Outcome.Failed("line " + number + " of its output " + e.getMessage(), "");
        } catch (IOException e) {
            // The pipe was cut as the process was killed, or it ended in a hurry: the exit code tells.
        }
        int exit = process.waitFor();
        if (late.get()) {
            return first == null ? new Outcome.Unfinished(alive) : answered(first, load);
        }
        if (exit != 0) {
            return new Outcome.Failed(
                    exit > SIGNAL_BASE ? "was ended by signal " + (exit - SIGNAL_BASE) : "exited with code " + exit,
                    await(lastWords));
        }
        return first == null ? new Outcome.Empty() : answered(first, load);
    }

    private Outcome answered(Duration first, Duration load) {
        return load == null ? new Outcome.Answered(first) : new Outcome.Kept(load, first.minus(load), version);
    }

    private static String await(CompletableFuture<String> lastWords) {
        return lastWords.completeOnTimeout("", LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS).join();
    }

    private static JsonNode object(byte[] line) throws Fault {
        try {
            JsonNode output = JSON.readTree(line);
            if (output.isObject()) {
                return output;
            }
        } catch (IOException e) {
            throw new Fault("is not JSON");
        }
        throw new Fault("is not a JSON object");
    }

    private Meaning meaning(JsonNode output) throws Fault {
        if (output.path("progress").path("message").isTextual()) {
            progress.accept(output.get("progress").get("message").asText());
        }
        JsonNode error = output.get("error");
        if (error != null) {
            throw new Fault("is an error: " + error.path("message").asText(error.asText("without a message")));
        }
        if (output.has("text") && !output.get("text").isTextual()) {
            throw new Fault("has a text that is not a string");
        }
        if (output.has("done")) {
            return Meaning.END;
        }
        if (output.has("ready")) {
            return Meaning.READY;
        }
        boolean content = output.has("text") || output.has("thinking") || output.has("tool_use");
        return content ? Meaning.ANSWER : Meaning.SIGN_OF_LIFE;
    }

    /** The next line without its end; null at the end of the stream. */
    private byte[] line(InputStream in) throws IOException, Fault {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = in.read();
        if (next < 0) {
            return null;
        }
        while (next >= 0 && next != '\n') {
            if (line.size() == provider.maxLineBytes()) {
                throw new Fault("is longer than max-line allows");
            }
            line.write(next);
            next = in.read();
        }
        return line.toByteArray();
    }
}
