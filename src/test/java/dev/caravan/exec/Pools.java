package dev.caravan.exec;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.config.ExecProvider;
import dev.caravan.config.ExecProvider.ExecTimeouts;
import dev.caravan.message.ApiException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Pools of {@code worker.py} for tests. */
final class Pools {
    static final Path WORKER = Path.of("src/test/resources/exec/worker.py").toAbsolutePath();

    private Pools() {}

    static ExecProvider provider(Settings settings, String... arguments) {
        return provider("demo", settings, Children.NEVER, Optional.empty(), arguments);
    }

    static ExecProvider provider(String name, Settings settings, Duration idle, Optional<Duration> total,
            String... arguments) {
        List<String> command = new ArrayList<>(
                List.of("python3", "-u", WORKER.toString()));
        command.addAll(List.of(arguments));
        return new ExecProvider(name, command, Path.of("").toAbsolutePath(), Map.of(), 1024 * 1024, 1,
                new ExecTimeouts(idle, total), List.of(), Optional.empty(), Optional.of(settings.made()));
    }

    /** A request that has the worker do this. */
    static byte[] request(String id, String what) {
        return ("{\"type\":\"generate\",\"id\":\"" + id + "\",\"model\":\"" + what + "\"}\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    static Answer lines(InputStream output) {
        return new Answer(output, Children.lines(output));
    }

    /** What an answer ends with, that fails. */
    static ApiException failure(Answer answer) {
        return assertThrows(ApiException.class, answer::rest);
    }

    /** An answer, line by line. */
    record Answer(InputStream output, BufferedReader reader) {
        String line() throws IOException {
            return reader.readLine();
        }

        /** The text of the next line. */
        String text() throws IOException {
            String line = line();
            return line.replaceAll(".*\"text\": \"([^\"]*)\".*", "$1");
        }

        /** All lines that are left. */
        List<String> rest() throws IOException {
            List<String> lines = new ArrayList<>();
            for (String line = line(); line != null; line = line()) {
                lines.add(line);
            }
            return lines;
        }
    }
}
