package dev.caravan.exec;

import static dev.caravan.exec.Children.NEVER;
import static dev.caravan.exec.Children.eventually;
import static dev.caravan.exec.Children.lines;
import static dev.caravan.exec.Children.run;
import static dev.caravan.exec.Children.script;
import static dev.caravan.exec.Children.spec;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** How processes are started, fed, limited and ended. */
@Timeout(120)
@ExtendWith(NothingLeftBehind.class)
class StreamingCommandExecutorTest {
    private static final String NASTY = "it's \"quoted\" $(touch pwned) `id` ; rm -rf * \\ é 你🎉 \u0001\n\nsecret-prompt";

    @TempDir
    Path directory;

    @Test
    void thePromptReachesTheProcessByteForByteAndNeverItsArguments() throws Exception {
        Fifo fifo = Fifo.in(directory);
        Path copy = directory.resolve("copy");
        BufferedReader output = lines(
                run(spec(directory, script(directory, "cat > \"$1\"; echo ready; read go < \"$2\"", copy, fifo)),
                        NASTY));
        assertEquals("ready", output.readLine());
        List<String> arguments = new ArrayList<>();
        ProcessHandle.current().descendants().forEach(child -> {
            child.info().arguments().ifPresent(words -> arguments.addAll(List.of(words)));
            child.info().commandLine().ifPresent(arguments::add);
        });
        assertTrue(arguments.contains(fifo.toString()), "the child's arguments are seen");
        assertFalse(arguments.stream().anyMatch(word -> word.contains("secret-prompt")));
        assertArrayEquals(NASTY.getBytes(StandardCharsets.UTF_8), Files.readAllBytes(copy));
        fifo.open();
        assertNull(output.readLine());
        assertFalse(Files.exists(directory.resolve("pwned")));
    }

    @Test
    void aLargeInputArrivesWhole() throws Exception {
        String large = "0123456789abcde\n".repeat(10 * 1024 * 1024 / 16);
        try (BufferedReader output = lines(run(spec(directory, script(directory, "wc -c")), large))) {
            assertEquals("10485760", output.readLine().strip());
            assertNull(output.readLine());
        }
    }

    @Test
    void aProcessNeedNotReadItsInput() throws Exception {
        String large = "x".repeat(10 * 1024 * 1024);
        try (BufferedReader output = lines(run(spec(directory, script(directory, "echo no matter")), large))) {
            assertEquals("no matter", output.readLine());
            assertNull(output.readLine());
        }
    }

    @Test
    void aProcessThatNeverReadsItsInputCanStillBeEnded() throws Exception {
        Fifo fifo = Fifo.in(directory);
        ProcessOutput output = run(spec(directory, script(directory, "echo hello; read go < \"$1\"", fifo)),
                "x".repeat(10 * 1024 * 1024));
        assertEquals("hello", lines(output).readLine());
        output.close();
    }

    @Test
    void aFloodOnStderrHoldsNothingUp() throws Exception {
        String flood = "head -c 5000000 /dev/zero | tr '\\0' x >&2; i=0; "
                + "while [ $i -lt 20000 ]; do echo line $i >&2; i=$((i+1)); done; echo done";
        try (BufferedReader output = lines(run(spec(directory, script(directory, flood)), ""))) {
            assertEquals("done", output.readLine());
            assertNull(output.readLine());
        }
    }

    @Test
    void environmentAndWorkingDirectoryAreTheConfiguredOnes() throws Exception {
        List<String> command = script(directory, "pwd -P; echo \"$MODEL_KEY\"; echo \"${PATH:+inherited}\"");
        CommandSpec spec = new CommandSpec("demo", command, directory, Map.of("MODEL_KEY", "a b"), NEVER,
                Optional.empty(), 1);
        try (BufferedReader output = lines(run(spec, ""))) {
            assertEquals(directory.toRealPath().toString(), output.readLine());
            assertEquals("a b", output.readLine());
            assertEquals("inherited", output.readLine());
            assertNull(output.readLine());
        }
        assertFalse(spec.toString().contains("a b"), "a value of the environment may be a credential");
    }

    @Test
    void aProgramThatCannotBeStartedIsTold() throws Exception {
        Path plainFile = Files.writeString(directory.resolve("plain"), "no program");
        Path missing = directory.resolve("missing");
        assertEquals("provider demo: cannot start no-such-program: No such file",
                startFailure(spec(directory, List.of("no-such-program", "a secret"))));
        assertEquals("provider demo: cannot start " + plainFile + ": Permission denied",
                startFailure(spec(directory, List.of(plainFile.toString()))));
        assertEquals("provider demo: cannot start sh: its working directory does not exist",
                startFailure(spec(missing, List.of("sh"))));
    }

    private static String startFailure(CommandSpec spec) {
        StreamingCommandExecutor executor = new StreamingCommandExecutor(spec);
        ApiException error = assertThrows(ApiException.class, () -> run(executor, spec, ""));
        assertEquals(502, error.status());
        assertEquals(ErrorType.API_ERROR, error.type());
        assertEquals(0, executor.running());
        return error.getMessage();
    }

    @Test
    void aProgramThatCannotBeStartedTakesNoPlace() {
        CommandSpec spec = spec(directory, List.of("no-such-program"), 1);
        StreamingCommandExecutor executor = new StreamingCommandExecutor(spec);
        for (int i = 0; i < 3; i++) {
            assertEquals(502, assertThrows(ApiException.class, () -> run(executor, spec, "")).status());
        }
    }

    @Test
    void oneProcessTooManyIsRefusedAtOnce() throws Exception {
        Fifo fifo = Fifo.in(directory);
        CommandSpec spec = spec(directory, script(directory, "read go < \"$1\"", fifo), 2);
        StreamingCommandExecutor executor = new StreamingCommandExecutor(spec);
        ProcessOutput first = run(executor, spec, "");
        ProcessOutput second = run(executor, spec, "");
        ApiException error = assertThrows(ApiException.class, () -> run(executor, spec, ""));
        assertEquals("provider demo: all 2 processes are busy", error.getMessage());
        assertEquals(529, error.status());
        assertEquals(ErrorType.OVERLOADED_ERROR, error.type());
        assertEquals(Map.of("retry-after", "1"), error.headers());
        first.close();
        second.close();
    }

    @Test
    void aProcessThatIsBeingEndedIsWaitedFor() throws Exception {
        Fifo fifo = Fifo.in(directory);
        CommandSpec spec = spec(directory, script(directory, "trap '' TERM; echo up; read go < \"$1\"", fifo), 1);
        StreamingCommandExecutor executor = new StreamingCommandExecutor(spec);
        for (int i = 0; i < 3; i++) {
            ProcessOutput output = run(executor, spec, "");
            assertEquals("up", lines(output).readLine());
            output.close();
        }
    }

    @Test
    void whoeverSeesTheEndFindsThePlaceFree() throws Exception {
        CommandSpec spec = spec(directory, script(directory, "echo quick"), 1);
        StreamingCommandExecutor executor = new StreamingCommandExecutor(spec);
        for (int i = 0; i < 50; i++) {
            try (InputStream output = run(executor, spec, "")) {
                assertEquals("quick\n", new String(output.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void aProcessThatIgnoresTheRequestToEndIsKilled() throws Exception {
        Fifo fifo = Fifo.in(directory);
        ProcessOutput output = run(
                spec(directory, script(directory, "trap '' TERM HUP INT; echo $$; read go < \"$1\"", fifo)), "");
        ProcessHandle process = processOf(lines(output).readLine());
        output.close();
        eventually().until(() -> !process.isAlive());
    }

    @Test
    void whatAProcessHasStartedIsEndedWithIt() throws Exception {
        String family = "(trap '' TERM; exec sleep 1000) & echo $!; sleep 1000 & echo $!; "
                + "sh -c 'sleep 1000 & echo $!; wait' & wait";
        ProcessOutput output = run(spec(directory, script(directory, family)), "");
        BufferedReader pids = lines(output);
        List<ProcessHandle> started = List.of(processOf(pids.readLine()), processOf(pids.readLine()),
                processOf(pids.readLine()));
        started.forEach(process -> assertTrue(NothingLeftBehind.runs(process)));
        output.close();
        eventually().until(() -> started.stream().noneMatch(NothingLeftBehind::runs));
    }

    @Test
    void whatAProcessLeavesBehindDoesNotHoldItsPlace() throws Exception {
        CommandSpec spec = spec(directory, script(directory, "sleep 1000 & echo $!"), Duration.ofMillis(500), NEVER);
        StreamingCommandExecutor executor = new StreamingCommandExecutor(spec);
        ProcessOutput output = run(executor, spec, "");
        eventually().until(() -> output.available() > 0);
        BufferedReader lines = lines(output);
        ProcessHandle orphan = processOf(lines.readLine());
        // The orphan holds stdout open, so there is no end yet; where the Java machine has closed it there is one.
        try {
            assertNull(lines.readLine());
        } catch (ApiException e) {
            assertEquals(504, e.status());
        } finally {
            orphan.destroyForcibly();
        }
        output.close();
        eventually().until(() -> executor.running() == 0);
    }

    @Test
    void stoppingTheExecutorEndsAllProcesses() throws Exception {
        Fifo fifo = Fifo.in(directory);
        CommandSpec spec = spec(directory, script(directory, "trap '' TERM; echo $$; read go < \"$1\"", fifo));
        StreamingCommandExecutor executor = new StreamingCommandExecutor(spec);
        List<BufferedReader> outputs = new ArrayList<>();
        List<ProcessHandle> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            outputs.add(lines(run(executor, spec, "")));
            processes.add(processOf(outputs.get(i).readLine()));
        }
        executor.stop();
        eventually().until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
        outputs.forEach(output -> assertThrows(IOException.class, output::readLine));
        ApiException error = assertThrows(ApiException.class, () -> run(executor, spec, ""));
        assertEquals(529, error.status());
        executor.start();
        run(executor, spec, "").close();
    }

    @Test
    void boundInARegistryItStopsWithTheContext() throws Exception {
        Fifo fifo = Fifo.in(directory);
        CommandSpec spec = spec(directory, script(directory, "echo $$; read go < \"$1\"", fifo));
        StreamingCommandExecutor executor = new StreamingCommandExecutor(spec);
        BufferedReader output;
        ProcessHandle process;
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.getRegistry().bind("executor", executor);
            context.start();
            output = lines(run(executor, spec, ""));
            process = processOf(output.readLine());
            assertTrue(process.isAlive());
        }
        eventually().until(() -> !process.isAlive());
        assertThrows(IOException.class, output::readLine);
    }

    @Test
    void theEndOfTheJavaMachineEndsAllProcesses() throws Exception {
        Process machine = machine(directory.toString());
        try (BufferedReader output = machine.inputReader()) {
            ProcessHandle process = processOf(output.readLine());
            machine.getOutputStream().close();
            assertEquals(0, machine.waitFor());
            eventually().until(() -> !NothingLeftBehind.runs(process));
        }
    }

    @Test
    void aContextThatStopsAtTheEndOfTheJavaMachineLetsOpenStreamsEnd() throws Exception {
        Fifo fifo = Fifo.in(directory);
        Process machine = machine(directory.toString(), fifo.toString());
        try (BufferedReader output = machine.inputReader()) {
            assertEquals("begun", output.readLine());
            machine.getOutputStream().close();
            assertEquals("stopping", output.readLine());
            fifo.open();
            assertEquals("ended", output.readLine());
            assertEquals(0, machine.waitFor());
        }
    }

    private static Process machine(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp", System.getProperty("java.class.path"), EndingMachine.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /** A Java machine that starts a process and ends when its stdin does. */
    static final class EndingMachine {
        private EndingMachine() {}

        public static void main(String[] arguments) throws Exception {
            Path directory = Path.of(arguments[0]);
            BufferedReader output = null;
            if (arguments.length == 1) {
                output = lines(run(spec(directory, script(directory, "echo $$; exec sleep 1000")), ""));
                System.out.println(output.readLine());
            } else {
                stream(spec(directory, script(directory, "echo begun; read go < \"$1\"; echo ended", arguments[1])));
            }
            System.in.read();
            Reference.reachabilityFence(output);
            System.exit(0);
        }

        private static void stream(CommandSpec spec) throws Exception {
            StreamingCommandExecutor executor = new StreamingCommandExecutor(spec);
            DefaultCamelContext context = new DefaultCamelContext();
            context.getRegistry().bind("executor", executor);
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:in").process(exchange -> lines(run(executor, spec, "")).lines()
                            .forEach(System.out::println));
                }
            });
            context.start();
            context.createProducerTemplate().asyncSendBody("direct:in", "");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                System.out.println("stopping");
                context.stop();
            }));
        }
    }

    private static ProcessHandle processOf(String pid) {
        return ProcessHandle.of(Long.parseLong(pid.strip())).orElseThrow();
    }
}
