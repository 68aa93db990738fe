package dev.caravan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.config.ConfigLoader;
import dev.caravan.config.Environment;
import dev.caravan.config.ExecProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code caravan mlx} with a Python of the test's making, which notes what it is asked to do. */
final class MlxCommandTest {
    private static final String PYTHON = """
        #!/bin/sh
        case "$*" in
          *"import sys, platform"*) echo "$(cat '%1$s/version') arm64"; [ ! -e '%1$s/no-venv' ] ;;
          *"-m venv"*) for place; do :; done; mkdir -p "$place/bin" "$place/lib/python3.12/site-packages"; cp "$0" "$place/bin/python"
              echo made > "$place/pyvenv.cfg"; echo venv >> '%1$s/calls' ;;
          *"pip --version"*) echo pip ;;
          *"pip install"*) echo install >> '%1$s/calls'; if [ -e '%1$s/pip' ]; then cat '%1$s/pip'; exit 1; fi ;;
          *purelib*) echo "$(dirname "$0")/../lib/python3.12/site-packages" ;;
          *caravan_mlx*)
              if [ -e '%1$s/refusal' ]; then cat '%1$s/refusal'; exit 1; fi
              echo '{"progress":{"stage":"loading","message":"loading the tiny one"}}'
              echo '{"ready":{"protocol":2,"version":"mlx-lm 9","context_length":4096,"memory_bytes":5100000000}}'
              read -r request
              echo '{"id":"msg_trial","text":"Hello"}'
              echo '{"id":"msg_trial","usage":{"output_tokens":64},"timings":{"generation_ms":1000},"done":{"stop_reason":"max_tokens"}}'
              cat > /dev/null ;;
        esac
        """;
    private static final String MODELS = "\nmodels:\n  - { match: \"*\", to: demo/x }\n";
    private static final String DEMO = "providers:\n  demo: { dialect: exec, command: [sh] } # a comment\n" + MODELS;

    @TempDir
    private Path directory;
    private Path python;
    private Path model;

    @BeforeEach
    void make() throws IOException {
        python = Files.writeString(directory.resolve("python"), PYTHON.formatted(directory));
        Files.setPosixFilePermissions(python, PosixFilePermissions.fromString("rwxr-xr-x"));
        write("version", "3.12.4");
        model = Files.createDirectories(directory.resolve("models/Tiny-Model_4bit"));
        Files.writeString(model.resolve("config.json"), "{}");
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    private String config() throws IOException {
        return Files.readString(directory.resolve("caravan.yaml"));
    }

    private List<String> calls() throws IOException {
        Path calls = directory.resolve("calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    private Cli.Result mlx(String... arguments) {
        List<String> all = Stream.concat(Stream.of("models/Tiny-Model_4bit", "--python", python.toString()),
                Stream.of(arguments)).toList();
        return new Cli(directory).variable("HOME", directory.toString()).mlx(all.toArray(String[]::new));
    }

    private Cli.Result works(String... arguments) {
        Cli.Result result = mlx(arguments);
        assertEquals(0, result.exit(), result.err());
        return result;
    }

    private ExecProvider provider(String name) {
        return (ExecProvider) new ConfigLoader(Environment.of(java.util.Map.of()), directory).load().provider(name)
                .orElseThrow();
    }

    private Path environment() throws IOException {
        try (Stream<Path> all = Files.list(directory.resolve(".caravan/mlx"))) {
            return all.filter(Files::isDirectory).findFirst().orElseThrow();
        }
    }

    @Test
    void installsTriesAndWrites() throws IOException {
        Cli.Result result = works();
        assertTrue(result.out().contains("by mlx-lm 9; context of 4,096 tokens; 5.1 GB of memory"), result.out());
        assertTrue(result.out().contains(", then 63 tokens/s"), result.out());
        assertTrue(result.out().contains("ANTHROPIC_MODEL=tiny-model-4bit/Tiny-Model_4bit"), result.out());
        assertTrue(result.err().contains("  loading the tiny one\n"), result.err());
        ExecProvider written = provider("tiny-model-4bit");
        assertEquals(List.of(environment().resolve("bin/python").toString(), "-I", "-u", "-m", "caravan_mlx", "--model",
                model.toString()), written.command());
        assertTrue(written.workers().isPresent());
        assertEquals("1", written.environment().get("HF_HUB_OFFLINE").reveal());
        assertTrue(Files.exists(environment().resolve("lib/python3.12/site-packages/caravan_mlx/__main__.py")));
        assertEquals(List.of("venv", "install"), calls());
    }

    @Test
    void aSecondTimeNothingIsInstalledAndNothingWritten() throws IOException {
        works();
        String before = config();
        Cli.Result again = works();
        assertTrue(again.out().contains("Unchanged"), again.out());
        assertEquals(before, config());
        assertEquals(List.of("venv", "install"), calls());
    }

    @Test
    void anotherVersionOfTheWorkerIsPutInPlaceWithoutInstallingTheRest() throws IOException {
        works();
        Path note = environment().resolve("caravan.properties");
        Files.writeString(note, Files.readString(note).replaceAll("worker=\\w+", "worker=older"));
        Path old = environment().resolve("lib/python3.12/site-packages/caravan_mlx/old.py");
        Files.createFile(old);
        works();
        assertFalse(Files.exists(old));
        assertTrue(Files.exists(environment().resolve("lib/python3.12/site-packages/caravan_mlx/__main__.py")));
        assertEquals(List.of("venv", "install"), calls());
    }

    private Cli.Result doctor() {
        return new Cli(directory).variable("HOME", directory.toString()).doctor();
    }

    @Test
    void doctorTellsOfAWorkerThatIsNotTheOneOfThisCaravan() throws IOException {
        works("--name", "tiny");
        assertFalse(doctor().out().contains("MLX worker"), doctor().out());
        Path file = environment().resolve("lib/python3.12/site-packages/caravan_mlx/main.py");
        Files.writeString(file, "# of an older one\n");
        String warned = doctor().out();
        assertTrue(warned.contains("  ! tiny: the MLX worker in " + environment()
                + " is not the one that comes with this Caravan\n      → update it: ./caravan mlx " + model
                + " --name tiny\n"), warned);
        works("--name", "tiny");
        assertFalse(doctor().out().contains("MLX worker"), doctor().out());
        assertEquals(List.of("venv", "install"), calls());
    }

    @Test
    void theCommandThatUpdatesAWorkerNamesAnEnvironmentOfItsOwn() throws IOException {
        works("--name", "tiny", "--venv", "my env");
        Path note = directory.resolve("my env/caravan.properties");
        Files.writeString(note, Files.readString(note).replaceAll("\\d+\\.\\d+\\.\\d+", "0.1.0"));
        String warned = doctor().out();
        assertTrue(warned.contains(" --name tiny --venv '" + directory.resolve("my env") + "'\n"), warned);
    }

    @Test
    void anInstallationThatWasInterruptedIsCompleted() throws IOException {
        write("pip", "ERROR: No space left on device\n");
        assertEquals(1, mlx().exit());
        Files.delete(directory.resolve("pip"));
        works();
        assertEquals(List.of("venv", "install", "install"), calls());
    }

    @Test
    void anEnvironmentOfSomebodyElsesIsNotMadeAnew() throws IOException {
        Path theirs = Files.createDirectories(directory.resolve("theirs"));
        Files.writeString(theirs.resolve("pyvenv.cfg"), "made by another tool");
        Cli.Result result = mlx("--venv", "theirs");
        assertEquals(1, result.exit());
        assertTrue(result.err().contains(theirs + " is not empty, and no virtual environment with a working pip"),
                result.err());
        assertEquals(List.of(), calls());
    }

    @Test
    void everythingElseInTheFileStays() throws IOException {
        String before = Files.readString(Path.of("caravan.yaml"));
        write("caravan.yaml", before);
        works("--claude", "--name", "mine");
        List<String> after = config().lines().toList();
        List<String> kept = before.lines().toList();
        int next = 0;
        for (String line : after) {
            next += next < kept.size() && line.equals(kept.get(next)) ? 1 : 0;
        }
        assertEquals(kept.size(), next, config());
        assertEquals("mine/Tiny-Model_4bit",
                new ConfigLoader(Environment.of(java.util.Map.of()), directory).load().models()
                        .stream().filter(rule -> rule.matches("claude-x"))
                        .map(rule -> rule.provider() + "/" + rule.model())
                        .findFirst().orElseThrow());
    }

    @Test
    void optionsOfTheWorkerArePassedOn() {
        works("--", "--max-context", "2048");
        List<String> command = provider("tiny-model-4bit").command();
        assertEquals(List.of("--max-context", "2048"), command.subList(command.size() - 2, command.size()));
        works();
        works("--", "--max-context", "2048");
        Cli.Result other = mlx("--", "--max-context", "1024");
        assertTrue(other.err().contains("has the provider tiny-model-4bit with other options already"), other.err());
    }

    @Test
    void printsInsteadOfWriting() throws IOException {
        write("caravan.yaml", DEMO);
        Cli.Result result = works("--print");
        assertEquals(DEMO, config());
        assertTrue(result.out().contains("providers:\n  # Made by: caravan mlx"), result.out());
    }

    @Test
    void aDryRunDoesNothing() throws IOException {
        Cli.Result result = works("--dry-run");
        assertTrue(result.out().contains("Would install mlx-lm"), result.out());
        assertEquals(List.of(), calls());
        assertFalse(Files.exists(directory.resolve("caravan.yaml")));
        assertFalse(Files.exists(directory.resolve(".caravan")));
    }

    @Test
    void afterAnUpgradeOnlyThePythonChanges() throws IOException {
        write("caravan.yaml", DEMO);
        works();
        String now = config();
        String edited = now.replace("workers: {}", "workers: { memory: 6GB } # measured");
        write("caravan.yaml", edited.replaceFirst("\"[^\"]*/bin/python\"", "/older/bin/python"));
        assertTrue(works().out().contains("Updated"));
        assertEquals(edited, config());
    }

    @Test
    void aFileInAnotherFormIsLeftToItsOwner() throws IOException {
        String flow = "{ providers: { demo: { dialect: exec, command: [sh] } } }\n";
        write("caravan.yaml", flow);
        Cli.Result result = works();
        assertEquals(flow, config());
        assertTrue(result.out().contains("Put this in by hand:\nproviders:\n"), result.out());
    }

    @Test
    void aNameThatIsTakenIsNotOverwritten() throws IOException {
        write("caravan.yaml", DEMO);
        Cli.Result result = mlx("--name", "demo");
        assertEquals(1, result.exit());
        assertTrue(result.err().contains("has another provider demo already; name this one with --name"), result.err());
        assertEquals(DEMO, config());
        assertEquals(List.of(), calls());
    }

    @Test
    void aModelThatDoesNotLoadIsNotWritten() throws IOException {
        write("refusal", "{\"error\":{\"type\":\"api_error\",\"message\":\"out of memory while loading it\"}}\n");
        Cli.Result result = mlx();
        assertEquals(1, result.exit());
        assertTrue(result.err().endsWith("caravan: out of memory while loading it\n"), result.err());
        assertFalse(Files.exists(directory.resolve("caravan.yaml")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        OSError: [Errno 28] No space left on device                           | the disk is full
        NameResolutionError: Temporary failure in name resolution             | the package index cannot be reached
        ERROR: No matching distribution found for mlx-lm                      | there is no build of it for this machine
        ERROR: something else                                                 | ERROR: something else
        """)
    void whyPipFailsIsTold(String output, String told) throws IOException {
        write("pip", output + "\n");
        Cli.Result result = mlx();
        assertEquals(1, result.exit());
        assertTrue(result.err().contains(" cannot be installed: " + told), result.err());
        assertTrue(result.err().contains("install.log"), result.err());
    }

    @Test
    void aPythonThatIsNotFitIsNamedWithTheReason() throws IOException {
        write("version", "3.9.6");
        assertTrue(mlx().err().contains(python + " is too old (3.9.6)\n"), mlx().err());
        write("version", "3.12.4");
        write("no-venv", "");
        assertTrue(mlx().err().contains("its modules venv and ensurepip are missing\n"), mlx().err());
    }

    @Test
    void aModelThatIsNotThereIsNamed() {
        Cli cli = new Cli(directory).variable("HOME", directory.toString());
        assertTrue(cli.mlx("nothing").err().contains("there is no directory " + directory.resolve("nothing")));
        assertTrue(cli.mlx("models").err().contains("models is no model: it has no config.json"));
    }

    @Test
    void mistakesInTheFileAreTold() throws IOException {
        write("caravan.yaml", "providers: 5\n");
        Cli.Result result = mlx();
        assertEquals(2, result.exit());
        assertTrue(result.err().contains("providers"), result.err());
        assertEquals(List.of(), calls());
    }
}
