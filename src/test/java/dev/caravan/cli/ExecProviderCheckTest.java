package dev.caravan.cli;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ExecProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Trials of commands that behave in every way. */
final class ExecProviderCheckTest {
    private static final String SECRET = "sk-secret-of-the-model";
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(500);

    @TempDir
    Path directory;

    private Finding check(String command, String more, Duration limit) throws InterruptedException {
        CaravanConfig config = config(command, more);
        ExecProvider provider = (ExecProvider) config.providers().get("mine");
        Finding finding = new ExecProviderCheck(config, provider,
                Map.of("PATH", System.getenv("PATH"), "OTHER_API_KEY", "inherited-secret"), limit).run();
        assertFalse(finding.toString().contains(SECRET) || finding.toString().contains("inherited-secret"),
                "a secret is shown");
        return finding;
    }

    private CaravanConfig config(String command, String more) {
        return Configurations.read("""
            providers:
              mine:
                dialect: exec
                command: %s
                working-directory: %s
                environment: { LICENCE: %s }
                %s
            models: [{ match: "tiny*", to: "mine/{model}" }]
            """.formatted(command, directory, SECRET, more));
    }

    private Finding script(String script, Duration limit) throws InterruptedException, IOException {
        Files.writeString(directory.resolve("model.sh"), script);
        return check("[sh, model.sh]", "", limit);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        echo '{"text":"Hi"}'
        echo '{"text":"Hi","done":{"stop_reason":"max_tokens"}}'
        echo; echo '{"progress":{}}'; echo '{"tool_use":{"name":"f","input":{}}}'
        read -r line; echo '{"thinking":"hm"}'; echo '{"usage":{"output_tokens":1}}'
        echo '{"done":{}}'; sleep 600
        echo '{"text":"Hi"}' >&1; echo noise >&2
        """)
    void anAnswerIsWell(String script) throws Exception {
        Finding finding = script(script, LONG);
        assertEquals(Finding.Mark.OK, finding.mark(), finding.text());
        assertTrue(finding.text().startsWith("mine: a trial answered, its first output after "), finding.text());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        exit 3                                        | a trial failed: exited with code 3
        echo "no licence $LICENCE" >&2; exit 1        | a trial failed: exited with code 1; its last words: no licence ***
        echo "key inherited-secret" >&2; exit 1       | a trial failed: exited with code 1; its last words: key ***
        printf 'a\\033[31mb\\n' >&2; exit 1           | its last words: a␛[31mb
        kill -9 $$                                    | a trial failed: was ended by signal 9
        echo Hello                                    | a trial failed: line 1 of its output is not JSON
        echo '{"text":"a"}'; echo '[1]'               | a trial failed: line 2 of its output is not a JSON object
        echo '{"text":1}'                             | a trial failed: line 1 of its output has a text that is not a string
        echo '{"error":{"message":"no GPU"}}'         | a trial failed: line 1 of its output is an error: no GPU
        echo '{"error":"bad '$LICENCE'"}'             | a trial failed: line 1 of its output is an error: bad ***
        echo; head -c 3000 /dev/zero                  | a trial failed: line 2 of its output is longer than max-line allows
        """)
    void aFailureIsTold(String script, String expected) throws Exception {
        Files.writeString(directory.resolve("model.sh"), script);
        Finding finding = check("[sh, model.sh]", "max-line: 2KB", LONG);
        assertEquals(Finding.Mark.PROBLEM, finding.mark(), finding.text());
        assertTrue(finding.text().contains(expected), finding.text());
    }

    @Test
    void aWordlessEndIsAWarning() throws Exception {
        assertEquals(Finding.Mark.WARNING, script("cat > /dev/null", LONG).mark());
    }

    @Test
    void silenceIsEnded() throws Exception {
        Finding finding = script("exec sleep 600", SHORT);
        assertEquals(Finding.Mark.PROBLEM, finding.mark());
        assertEquals("mine: a trial wrote nothing for 0.5 s and was killed", finding.text());
    }

    /** Runs a script until it has written a file, which it does when it has done the rest. */
    private ExecTrial.Outcome runUntilWritten(String file, String script) throws Exception {
        Files.writeString(directory.resolve("model.sh"), script);
        ExecProvider provider = (ExecProvider) config("[sh, model.sh]", "").providers().get("mine");
        CompletableFuture<Void> timeUp = new CompletableFuture<>();
        CompletableFuture<ExecTrial.Outcome> outcome = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                outcome.complete(new ExecTrial(provider, "tiny", timeUp).run());
            } catch (InterruptedException e) {
                outcome.completeExceptionally(e);
            }
        });
        await().atMost(LONG).until(() -> Files.exists(directory.resolve(file)));
        timeUp.complete(null);
        return outcome.get();
    }

    @Test
    void aModelThatLoadsForLongIsKnownToBeAtWork() throws Exception {
        assertEquals(new ExecTrial.Outcome.Unfinished(true),
                runUntilWritten("loading", "echo '{\"progress\":{}}'; echo > loading; exec sleep 600"));
    }

    @Test
    void anAnswerThatTakesLongIsAnAnswer() throws Exception {
        assertInstanceOf(ExecTrial.Outcome.Answered.class,
                runUntilWritten("answering", "echo '{\"text\":\"Hi\"}'; echo > answering; exec sleep 600"));
    }

    @Test
    void whatTheProcessHasStartedIsEndedToo() throws Exception {
        runUntilWritten("started", "sleep 600 & echo $! > pid; mv pid started; wait");
        long pid = Long.parseLong(Files.readString(directory.resolve("started")).strip());
        await().until(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    }

    @Test
    void theRequestIsTheOneOfTheProtocol() throws Exception {
        script("IFS= read -r line; printf '%s' \"$line\" > request; echo '{\"text\":\"Hi\"}'", LONG);
        JsonNode request = new ObjectMapper().readTree(Files.readString(directory.resolve("request")));
        assertEquals(new ObjectMapper().readTree("""
            {"type":"generate","id":"msg_trial","model":"claude-sonnet-4-5",
             "messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}],"max_tokens":1,"stream":true}
            """), request);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        [no-such-program-anywhere] | no-such-program-anywhere is in no directory of PATH
        [./missing.sh]             | missing.sh does not exist
        [/no/such/program]         | /no/such/program does not exist
        [./folder]                 | folder is a directory
        [./plain.txt]              | plain.txt may not be executed (chmod +x)
        """)
    void aProgramThatCannotBeStartedIsNotTried(String command, String expected) throws Exception {
        Files.createDirectory(directory.resolve("folder"));
        Files.createFile(directory.resolve("plain.txt"));
        Finding finding = check(command, "", LONG);
        assertEquals(Finding.Mark.PROBLEM, finding.mark());
        assertTrue(finding.text().contains(expected), finding.text());
        assertEquals(Optional.of("check providers.mine.command, or install the program"), finding.advice());
    }

    @Test
    void aWorkingDirectoryHasToBeThere() {
        assertEquals(Optional.of("the working directory /no/such/place is not there"),
                ProgramLookup.fault("sh", Path.of("/no/such/place"), "/bin"));
    }

    private Finding worker(String arguments) throws InterruptedException {
        Path worker = Path.of("src/test/resources/exec/worker.py").toAbsolutePath();
        return check("[python3, -u, \"" + worker + "\"" + arguments + "]", "workers: { start: 60s }", SHORT);
    }

    @Test
    void oneThatIsKeptIsWaitedFor() throws Exception {
        assumeTrue(ProgramLookup.fault("python3", directory, System.getenv("PATH")).isEmpty(),
                "python3 is not installed");
        CaravanConfig config = Configurations
                .read("""
                    providers:
                      mine:
                        dialect: exec
                        workers: {}
                        command: [python3, -u, "%s", load=progress, 'facts={"context_length":4096,"tools":true,"thinking":false}']
                    models: [{ match: "*", to: "mine/say:1" }]
                    """.formatted(
                        Path.of("src/test/resources/exec/worker.py").toAbsolutePath()));
        List<String> progress = new CopyOnWriteArrayList<>();
        Finding finding = new ExecProviderCheck(config, (ExecProvider) config.providers().get("mine"),
                Map.of("PATH", System.getenv("PATH")), progress::add).run();
        assertEquals(Finding.Mark.OK, finding.mark(), finding.text());
        assertTrue(finding.text().matches(
                "mine: a trial was ready after [0-9.]+ s \\(test 1, context of 4,096 tokens, calls tools, does not think\\) and answered, its first output after [0-9.]+ s"),
                finding.text());
        assertEquals("mine: part 0", progress.getFirst());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        , load=die     | a trial failed: line 2 of its output is an error: no such model: tiny
        , load=exit    | a trial failed: exited with code 3
        , load=garbage | a trial failed: line 1 of its output is not JSON
        """)
    void oneThatIsKeptAndCannotLoadIsAProblem(String arguments, String told) throws Exception {
        assumeTrue(ProgramLookup.fault("python3", directory, System.getenv("PATH")).isEmpty(),
                "python3 is not installed");
        Finding finding = worker(arguments);
        assertEquals(Finding.Mark.PROBLEM, finding.mark());
        assertEquals("mine: " + told, finding.text());
    }
}
