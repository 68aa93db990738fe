package dev.caravan.exec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.config.ExecProvider;
import dev.caravan.config.ExecProvider.ExecTimeouts;
import dev.caravan.config.WorkerSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The examples in docs/exec-protocol.md work as they stand there, with the request that stands there. */
@Timeout(120)
class ExecProtocolExamplesTest {
    private static final Path PAGE = Path.of("docs", "exec-protocol.md");

    @TempDir
    private Path directory;

    @Test
    void theRequestIsOne() throws IOException {
        JsonNode request = new ObjectMapper().readTree(request());
        assertEquals("generate", request.get("type").asText());
        assertTrue(request.get("messages").get(0).get("content").isArray());
        assertTrue(request.get("system").isArray());
    }

    @Test
    void theShellModelAnswers() throws Exception {
        assumeTrue(Children.installed("sh"), "sh is not installed");
        List<JsonNode> lines = run("sh");
        int length = request().length();
        assertEquals("Your request has " + length + " characters. ", text(lines));
        assertEquals("{\"usage\":{\"input_tokens\":" + length + ",\"output_tokens\":5}}",
                lines.get(lines.size() - 2).toString());
        assertEquals("{\"done\":{\"stop_reason\":\"end_turn\"}}", lines.get(lines.size() - 1).toString());
    }

    @Test
    void thePythonModelAnswers() throws Exception {
        assumeTrue(Children.installed("python3"), "python3 is not installed");
        List<JsonNode> lines = run("python3");
        assertEquals("late? was rabbit Which ", text(lines));
        assertEquals("{\"done\":{\"stop_reason\":\"end_turn\"}}", lines.get(lines.size() - 1).toString());
    }

    @Test
    void theWorkerAnswersManyRequests() throws Exception {
        assumeTrue(Children.installed("python3"), "python3 is not installed");
        Path worker = Files.writeString(directory.resolve("worker.py"), blocks("python").get(1));
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.start();
            WorkerPool pool = WorkerPools.of(context).pool(new ExecProvider("kept",
                    List.of("python3", "-u", worker.toString()), directory, Map.of(), 1 << 20, 1,
                    new ExecTimeouts(Children.NEVER, Optional.empty()), List.of(), Optional.empty(),
                    Optional.of(WorkerSettings.DEFAULT)));
            for (int i = 0; i < 3; i++) {
                List<JsonNode> lines = new ArrayList<>();
                BufferedReader answer = Children.lines(pool.submit((request() + "\n").getBytes(UTF_8)));
                for (String line = answer.readLine(); line != null; line = answer.readLine()) {
                    lines.add(new ObjectMapper().readTree(line));
                }
                assertEquals("late? was rabbit Which ", text(lines));
                assertEquals("end_turn", lines.getLast().path("done").path("stop_reason").asText());
            }
            assertEquals(1, pool.status().ready());
        }
        Children.eventually().until(() -> NothingLeftBehind.processes().isEmpty());
    }

    private List<JsonNode> run(String program) throws Exception {
        Path script = Files.writeString(directory.resolve("model"), block(program.equals("sh") ? "sh" : "python"));
        Path output = directory.resolve("output");
        Path input = Files.writeString(directory.resolve("input"), request() + "\n");
        Process process = new ProcessBuilder(program, script.toString()).redirectInput(input.toFile())
                .redirectOutput(output.toFile()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        } finally {
            process.destroyForcibly();
        }
        assertEquals(0, process.exitValue());
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(output, UTF_8)) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }

    private static String text(List<JsonNode> lines) {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line.path("text").asText("")));
        return text.toString();
    }

    private static String request() throws IOException {
        return block("json").replace("\n", "");
    }

    private static String block(String language) throws IOException {
        return blocks(language).getFirst();
    }

    private static List<String> blocks(String language) throws IOException {
        List<String> blocks = Pattern.compile("^```" + language + "\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(Files.readString(PAGE)).results().map(block -> block.group(1)).toList();
        assertFalse(blocks.isEmpty(), "no block of " + language + " in " + PAGE);
        return blocks;
    }
}
