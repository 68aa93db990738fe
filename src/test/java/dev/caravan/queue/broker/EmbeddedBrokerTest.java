package dev.caravan.queue.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.camel.RuntimeCamelException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("the embedded broker")
class EmbeddedBrokerTest extends BrokerContract {
    @TempDir
    private Path directory;

    @Override
    Broker broker() {
        return Brokers.embedded(directory);
    }

    @Test
    void aDirectoryHasOneBrokerAtATime() {
        assertInUse(directory);
    }

    @Test
    void whatWasSentIsThereAfterItsProcessWasKilled(@TempDir Path other) throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-cp", System.getProperty("java.class.path"), EmbeddedBrokerProcess.class.getName(),
                other.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            String line = output.readLine();
            while (line != null && !line.equals(EmbeddedBrokerProcess.SENT)) {
                line = output.readLine();
            }
            assertEquals(EmbeddedBrokerProcess.SENT, line);
            assertInUse(other);
        } finally {
            process.destroyForcibly().waitFor();
        }
        Broker next = Brokers.embedded(other);
        next.start();
        try {
            assertEquals(EmbeddedBrokerProcess.COUNT, Brokers.admin(next).state("caravan.kept").orElseThrow()
                    .messages());
            assertEquals(EmbeddedBrokerProcess.COUNT,
                    Brokers.receive(next, "caravan.kept", EmbeddedBrokerProcess.COUNT));
        } finally {
            next.stop();
        }
    }

    private static void assertInUse(Path directory) {
        Broker second = Brokers.embedded(directory);
        Throwable failure = assertThrows(RuntimeCamelException.class, second::start);
        while (failure.getCause() != null) {
            failure = failure.getCause();
        }
        assertTrue(failure instanceof IOException, failure.toString());
        assertEquals(directory.resolve("broker")
                + " is in use by another Caravan; end it, or name another `queue.directory`", failure.getMessage());
        second.stop();
    }
}
