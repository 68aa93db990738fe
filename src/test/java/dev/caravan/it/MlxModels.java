package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.caravan.mlx.PythonTool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Models so small that a test can make them, and the worker that answers with them by the real mlx-lm.
 *
 * @param python the Python that has mlx-lm
 * @param random a directory: random weights, a token a byte, a context of 100,000 tokens; its answers are noise
 * @param trained a directory: knows some conversations by heart, which {@code src/test/python/tiny_model.py} lists
 */
record MlxModels(PythonTool python, Path random, Path trained) {
    /** What the trained one answers to "Tell me about Alice." */
    static final String ALICE = "Alice was beginning to get very tired of sitting by her sister on the bank, and of having "
            + "nothing to do: once or twice she had peeped. THE END of it.";

    private static final Path SOURCES = Path.of("src/main/python").toAbsolutePath();
    private static final Path MAKER = Path.of("src/test/python/tiny_model.py");

    /** Makes them, which takes some minutes the first time; skips the test where there is no mlx-lm. */
    static MlxModels make() throws IOException, InterruptedException {
        PythonTool python = PythonTool.find();
        assumeTrue(python.has("mlx_lm"), () -> "mlx-lm is not installed for " + python);
        PythonTool.Outcome made = python.runFile(MAKER, "random", "trained");
        assertEquals(0, made.exitCode(), made::output);
        List<String> lines = made.output().lines().toList();
        return new MlxModels(python, Path.of(lines.get(lines.size() - 2)), Path.of(lines.getLast()));
    }

    /** A provider's block in flow style. */
    String provider(String name, Path model, String workers, String... options) {
        String words = String.join("", List.of(options).stream().map(option -> ", \"" + option + "\"").toList());
        return """
            %s: { dialect: exec, command: ["%s", -u, -m, caravan_mlx, --model, "%s"%s], workers: %s,
                  environment: { PYTHONPATH: "%s", PYTHONDONTWRITEBYTECODE: "1", HF_HUB_OFFLINE: "1" } }
            """.formatted(name, python.program(), model, words, workers, SOURCES);
    }
}
