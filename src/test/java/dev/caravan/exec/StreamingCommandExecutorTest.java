package dev.caravan.exec;
import static dev.caravan.exec.Children.NEVER;
import static dev.caravan.exec.Children.eventually;
import static dev.caravan.exec.Children.lines;
import static dev.caravan.exec.Children.provider;
import static dev.caravan.exec.Children.run;
import static dev.caravan.exec.Children.script;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.config.ExecProvider;
import dev.caravan.config.ExecProvider.ExecTimeouts;
import dev.caravan.config.Secret;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
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
                run(provider(directory, script(directory, "cat > \"$1\"; echo ready; read go < \"$2\"", copy, fifo)),
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
        try (BufferedReader output = lines(run(provider(directory, script(directory, "wc -c")), large))) {
            assertEquals("10485760", output.readLine().strip());
            assertNull(output.readLine());
        }
    }

    @Test
    void aProcessNeedNotReadItsInput() throws Exception {
        String large = "x".repeat(10 * 1024 * 1024);
        try (BufferedReader output = lines(run(provider(directory, script(directory, "echo no matter")), large))) {
            assertEquals("no matter", output.readLine());
            assertNull(output.readLine());
        }
    }

    @Test
    void aProcessThatNeverReadsItsInputCanStillBeEnded() throws Exception {
        Fifo fifo = Fifo.in(directory);
        ProcessOutput output = run(provider(directory, script(directory, "echo hello; read go < \"$1\"", fifo)),
                "x".repeat(10 * 1024 * 1024));
        assertEquals("hello", lines(output).readLine());
        output.close();
    }

    @Test
    void aFloodOnStderrHoldsNothingUp() throws Exception {
        String flood = "head -c 5000000 /dev/zero | tr '\\0' x >&2; i=0; "
                + "while [ $i -lt 20000 ]; do echo line $i >&2; i=$((i+1)); done; echo done";
        try (BufferedReader output = lines(run(provider(directory, script(directory, flood)), ""))) {
            assertEquals("done", output.readLine());
            assertNull(output.readLine());
        }
    }

    @Test
    void environmentAndWorkingDirectoryAreTheConfiguredOnes() throws Exception {
        List<String> command = script(directory, "pwd -P; echo \"$MODEL_KEY\"; echo \"${PATH:+inherited}\"");
        ExecProvider provider = provider(directory, command, 1, new ExecTimeouts(NEVER, Optional.empty()),
                Map.of("MODEL_KEY", Secret.of("a b")));
        try (BufferedReader output = lines(run(provider, ""))) {
            assertEquals(directory.toRealPath().toString(), output.readLine());
            assertEquals("a b", output.readLine());
            assertEquals("inherited", output.readLine());
            assertNull(output.readLine());
        }
    }

    @Test
    void aProgramThatCannotBeStartedIsTold() throws Exception {
        Path plainFile = Files.writeString(directory.resolve("plain"), "no program");
        Path missing = directory.resolve("missing");
        assertEquals("provider demo: cannot start no-such-program: No such file",
                startFailure(provider(directory, List.of("no-such-program", "a secret"))));
        assertEquals("provider demo: cannot start " + plainFile + ": Permission denied",
                startFailure(provider(directory, List.of(plainFile.toString()))));
        assertEquals("provider demo: cannot start sh: its working directory does not exist",
                startFailure(provider(missing, List.of("sh"))));
    }

    private static String startFailure(ExecProvider provider) {
        StreamingCommandExecutor executor = new StreamingCommandExecutor(provider);
        ApiException error = assertThrows(ApiException.class, () -> run(executor, provider, ""));
        assertEquals(502, error.status());
        assertEquals(ErrorType.API_ERROR, error.type());
        assertEquals(0, executor.running());
        return error.getMessage();
    }

    @Test
    void aProgramThatCannotBeStartedTakesNoPlace() {
        ExecProvider provider = provider(directory, List.of("no-such-program"), 1);
        StreamingCommandExecutor executor = new StreamingCommandExecutor(provider);
        for (int i = 0; i < 3; i++) {
            assertEquals(502, assertThrows(ApiException.class, () -> run(executor, provider, "")).status());
        }
    }

    @Test
    void oneProcessTooManyIsRefusedAtOnce() throws Exception {
        Fifo fifo = Fifo.in(directory);
        ExecProvider provider = provider(directory, script(directory, "read go < \"$1\"", fifo), 2);
        StreamingCommandExecutor executor = new StreamingCommandExecutor(provider);
        ProcessOutput first = run(executor, provider, "");
        ProcessOutput second = run(executor, provider, "");
        ApiException error = assertThrows(ApiException.class, () -> run(executor, provider, ""));
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
        ExecProvider provider = provider(directory, script(directory, "trap '' TERM; echo up; read go < \"$1\"", fifo),
                1);
        StreamingCommandExecutor executor = new StreamingCommandExecutor(provider);
        for (int i = 0; i < 3; i++) {
            ProcessOutput output = run(executor, provider, "");
            assertEquals("up", lines(output).readLine());
            output.close();
        }
    }

    @Test
    void whoeverSeesTheEndFindsThePlaceFree() throws Exception {
        ExecProvider provider = provider(directory, script(directory, "echo quick"), 1);
        StreamingCommandExecutor executor = new StreamingCommandExecutor(provider);
        for (int i = 0; i < 50; i++) {
            try (InputStream output = run(executor, provider, "")) {
                assertEquals("quick\n", new String(output.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void aProcessThatIgnoresTheRequestToEndIsKilled() throws Exception {
        Fifo fifo = Fifo.in(directory);
        ProcessOutput output = run(
                provider(directory, script(directory, "trap '' TERM HUP INT; echo $$; read go < \"$1\"", fifo)), "");
        ProcessHandle process = processOf(lines(output).readLine());
        output.close();
        eventually().until(() -> !process.isAlive());
    }

    @Test
    void whatAProcessHasStartedIsEndedWithIt() throws Exception {
        String family = "(trap '' TERM; exec sleep 1000) & echo $!; sleep 1000 & echo $!; "
                + "sh -c 'sleep 1000 & echo $!; wait' & wait";
        ProcessOutput output = run(provider(directory, script(directory, family)), "");
        BufferedReader pids = lines(output);
        List<ProcessHandle> started = List.of(processOf(pids.readLine()), processOf(pids.readLine()),
                processOf(pids.readLine()));
        started.forEach(process -> assertTrue(NothingLeftBehind.runs(process)));
        output.close();
        eventually().until(() -> started.stream().noneMatch(NothingLeftBehind::runs));
    }

    @Test
    void whatAProcessLeavesBehindDoesNotHoldItsPlace() throws Exception {
        ExecProvider provider = provider(directory, script(directory, "sleep 1000 & echo $!"), Duration.ofMillis(500),
                NEVER);
        StreamingCommandExecutor executor = new StreamingCommandExecutor(provider);
        ProcessOutput output = run(executor, provider, "");
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
        ExecProvider provider = provider(directory, script(directory, "trap '' TERM; echo $$; read go < \"$1\"", fifo));
        StreamingCommandExecutor executor = new StreamingCommandExecutor(provider);
        List<BufferedReader> outputs = new ArrayList<>();
        List<ProcessHandle> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            outputs.add(lines(run(executor, provider, "")));
            processes.add(processOf(outputs.get(i).readLine()));
        }
        executor.stop();
        eventually().until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
        for (BufferedReader output : outputs) {
            assertEquals("provider demo: is being stopped",
                    assertThrows(ApiException.class, output::readLine).getMessage());
        }
        ApiException error = assertThrows(ApiException.class, () -> run(executor, provider, ""));
        assertEquals(529, error.status());
        executor.start();
        run(executor, provider, "").close();
    }

    @Test
    void boundInARegistryItStopsWithTheContext() throws Exception {
        Fifo fifo = Fifo.in(directory);
        ExecProvider provider = provider(directory, script(directory, "echo $$; read go < \"$1\"", fifo));
        StreamingCommandExecutor executor = new StreamingCommandExecutor(provider);
        BufferedReader output;
        ProcessHandle process;
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.getRegistry().bind("executor", executor);
            context.start();
            output = lines(run(executor, provider, ""));
            process = processOf(output.readLine());
            assertTrue(process.isAlive());
        }
        eventually().until(() -> !process.isAlive());
        assertEquals(529, assertThrows(ApiException.class, output::readLine).status());
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
            if (arguments.length == 1) {
                ExecProvider provider = provider(directory, script(directory, "echo $$; exec sleep 1000"));
                System.out.println(lines(run(provider, "")).readLine());
            } else {
                stream(provider(directory,
                        script(directory, "echo begun; read go < \"$1\"; echo ended", arguments[1])));
            }
            System.in.read();
            System.exit(0);
        }

        private static void stream(ExecProvider provider) throws Exception {
            StreamingCommandExecutor executor = new StreamingCommandExecutor(provider);
            DefaultCamelContext context = new DefaultCamelContext();
            context.getRegistry().bind("executor", executor);
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:in").process(exchange -> lines(run(executor, provider, "")).lines()
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
