package dev.caravan.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A node of queued work: a gateway process with a directory of its own, which can be killed and started again on it. */
final class QueueNode implements AutoCloseable {
    private static final long STOP_SECONDS = 60;

    private final Path directory;
    private final String yaml;
    private final String[] options;
    private volatile GatewayProcess process;

    /** @param yaml its caravan.yaml */
    QueueNode(Path directory, String yaml, String... options) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.yaml = yaml;
        this.options = options;
        start();
    }

    /** A node with the embedded broker and store. */
    static String embedded(int consumers, int attempts, String providers) {
        return """
            queue:
              directory: data
              attempts: %d
              lanes: { http: { consumers: %d }, exec: { consumers: 2 } }
              redelivery: { delay: 200ms, most: 1s }
            providers:
            %s""".formatted(attempts, consumers, providers.indent(2));
    }

    void start() {
        try {
            process = GatewayProcess.start(directory, yaml, 0, options);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void kill() {
        try {
            process.kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Asks it to end, and waits until it has. */
    void stop() throws InterruptedException {
        process.terminate();
        if (!process.ended(STOP_SECONDS)) {
            throw new AssertionError("not ended after " + STOP_SECONDS + " s:\n" + process.log());
        }
    }

    GatewayProcess process() {
        return process;
    }

    Path directory() {
        return directory;
    }

    int port() {
        return process.port();
    }

    /** A client of whichever process runs here at the time. */
    NodeBatches client() {
        return new NodeBatches(this::port);
    }

    @Override
    public void close() {
        process.close();
    }
}
