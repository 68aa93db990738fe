package dev.caravan.exec;
import static dev.caravan.exec.Children.NEVER;
import static dev.caravan.exec.Children.eventually;
import static dev.caravan.exec.Children.lines;
import static dev.caravan.exec.Children.provider;
import static dev.caravan.exec.Children.run;
import static dev.caravan.exec.Children.script;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.config.ExecProvider;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the reader of a live process sees. */
@Timeout(120)
@ExtendWith(NothingLeftBehind.class)
class ProcessOutputTest {
    @TempDir
    Path directory;

    @Test
    void outputIsReadWhileTheProcessStillRuns() throws Exception {
        Fifo fifo = Fifo.in(directory);
        BufferedReader output = lines(
                run(provider(directory, script(directory, "echo one; read go < \"$1\"; echo two", fifo)), ""));
        assertEquals("one", output.readLine());
        fifo.open();
        assertEquals("two", output.readLine());
        assertNull(output.readLine());
    }

    @Test
    void charactersCutBetweenWritesArriveWhole() throws Exception {
        String eachByteAlone = "for byte in 344 275 240 360 237 216 211; do printf \"\\\\$byte\"; done";
        try (InputStream output = run(provider(directory, script(directory, eachByteAlone)), "")) {
            assertEquals("你🎉", new String(output.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void tenThousandLinesArriveInOrder() throws Exception {
        String count = "i=0; while [ $i -lt 10000 ]; do echo $i; i=$((i+1)); done";
        try (BufferedReader output = lines(run(provider(directory, script(directory, count)), ""))) {
            assertEquals(IntStream.range(0, 10_000).mapToObj(Integer::toString).toList(), output.lines().toList());
        }
    }

    @ParameterizedTest
    @CsvSource({"exit 3, exited with code 3", "exit 200, exited with code 200", "kill -9 $$, was ended by signal 9",
            "kill -TERM $$, was ended by signal 15"})
    void anEndOtherThanExitCodeZeroIsAnErrorBehindTheOutput(String end, String told) throws Exception {
        ProcessOutput output = run(provider(directory, script(directory, "echo half; " + end)), "");
        BufferedReader lines = lines(output);
        assertEquals("half", lines.readLine());
        ApiException error = assertThrows(ApiException.class, lines::readLine);
        assertEquals("provider demo: the process " + told, error.getMessage());
        assertEquals(502, error.status());
        assertEquals(ErrorType.API_ERROR, error.type());
        assertThrows(ApiException.class, output::read, "and stays an error");
    }

    @Test
    void anEndBeforeAnyOutputIsAnErrorThatDoesNotRepeatStderr() throws Exception {
        InputStream output = run(provider(directory, script(directory, "echo /secret/path >&2; exit 1")), "");
        ApiException error = assertThrows(ApiException.class, output::read);
        assertEquals("provider demo: the process exited with code 1", error.getMessage());
    }

    @Test
    void killingTheProcessFromOutsideInMidStreamIsAnError() throws Exception {
        Fifo fifo = Fifo.in(directory);
        BufferedReader output = lines(
                run(provider(directory, script(directory, "echo $$; read go < \"$1\"", fifo)), ""));
        long pid = Long.parseLong(output.readLine());
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        ApiException error = assertThrows(ApiException.class, output::readLine);
        assertEquals("provider demo: the process was ended by signal 9", error.getMessage());
    }

    @Test
    void aSilentProcessIsKilledAfterTheIdleTimeout() throws Exception {
        Fifo fifo = Fifo.in(directory);
        ExecProvider provider = provider(directory, script(directory, "echo hello; read go < \"$1\"", fifo),
                Duration.ofMillis(300), NEVER);
        ProcessOutput output = run(provider, "");
        eventually().until(() -> output.available() == 6);
        assertEquals("hello\n", new String(output.readNBytes(6), StandardCharsets.UTF_8));
        ApiException error = assertThrows(ApiException.class, output::read);
        assertEquals("provider demo: the process wrote nothing for 300 ms", error.getMessage());
        assertEquals(504, error.status());
        assertEquals(ErrorType.TIMEOUT_ERROR, error.type());
    }

    @Test
    void aBusyProcessIsKilledAfterTheTotalTimeout() throws Exception {
        ExecProvider provider = provider(directory, script(directory, "while :; do echo busy; done"), NEVER,
                Duration.ofSeconds(1));
        BufferedReader output = lines(run(provider, ""));
        ApiException error = assertThrows(ApiException.class, () -> output.lines().count());
        assertEquals("provider demo: the process ran longer than 1 s", error.getMessage());
        assertEquals(504, error.status());
    }

    @Test
    void theTotalTimeoutDoesNotNeedAReader() throws Exception {
        ExecProvider provider = provider(directory, script(directory, "while :; do echo busy; done"), NEVER,
                Duration.ofMillis(300));
        StreamingCommandExecutor executor = new StreamingCommandExecutor(provider);
        ProcessOutput output = run(executor, provider, "");
        eventually().until(() -> executor.running() == 0);
        assertEquals(504, assertThrows(ApiException.class, output::readAllBytes).status());
    }

    @Test
    void aReaderThatDoesNotReadStopsTheProcess() throws Exception {
        // Each line has 100 bytes and is counted in a file before it is written.
        String text = "x".repeat(99);
        Path counter = directory.resolve("counter");
        String endless = "i=0; while :; do i=$((i+1)); echo $i > \"$1\"; echo " + text + "; done";
        ProcessOutput output = run(provider(directory, script(directory, endless, counter)), "");
        eventually().until(() -> output.available() == OutputBuffer.CAPACITY);
        // The buffer, the pipe and two buffers of 8 KB on the way.
        int most = (OutputBuffer.CAPACITY + 64 * 1024 + 2 * 8 * 1024) / 100 + 1;
        eventually().during(Duration.ofMillis(500)).until(() -> {
            String lines = Files.readString(counter).strip();
            return lines.isEmpty() || Integer.parseInt(lines) <= most;
        });
        assertEquals(OutputBuffer.CAPACITY, output.available());
        output.close();
        assertEquals(0, output.available());
    }

    @Test
    void closingWakesAReaderThatWaits() throws Exception {
        Fifo fifo = Fifo.in(directory);
        ProcessOutput output = run(provider(directory, script(directory, "echo hello; read go < \"$1\"", fifo)), "");
        CountDownLatch greeted = new CountDownLatch(1);
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                output.readNBytes(6);
                greeted.countDown();
                output.read();
                end.complete(null);
            } catch (IOException | RuntimeException e) {
                end.complete(e);
            }
        });
        greeted.await();
        output.close();
        assertInstanceOf(IOException.class, end.get());
        assertThrows(IOException.class, output::read);
        output.close();
    }

    @Test
    void interruptingAReaderEndsTheProcess() throws Exception {
        Fifo fifo = Fifo.in(directory);
        ProcessOutput output = run(provider(directory, script(directory, "read go < \"$1\"", fifo)), "");
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        Thread reader = Thread.startVirtualThread(() -> {
            end.complete(assertThrows(IOException.class, output::read));
            assertTrue(Thread.currentThread().isInterrupted());
        });
        reader.interrupt();
        assertInstanceOf(InterruptedIOException.class, end.get());
    }

    @Test
    void readersThatWaitHoldNoCarrierThread() throws Exception {
        Fifo fifo = Fifo.in(directory);
        ExecProvider provider = provider(directory, script(directory, "echo hello; read go < \"$1\"", fifo));
        StreamingCommandExecutor executor = new StreamingCommandExecutor(provider);
        List<ProcessOutput> outputs = new ArrayList<>();
        CountDownLatch greeted = new CountDownLatch(2 * Runtime.getRuntime().availableProcessors());
        for (long i = greeted.getCount(); i > 0; i--) {
            ProcessOutput output = run(executor, provider, "");
            outputs.add(output);
            Thread.startVirtualThread(() -> {
                assertEquals("hello", assertDoesNotThrowLine(output));
                greeted.countDown();
                assertThrows(IOException.class, output::read);
            });
        }
        greeted.await();
        CompletableFuture<String> other = new CompletableFuture<>();
        Thread.startVirtualThread(() -> other.complete("ran"));
        assertEquals("ran", other.get());
        outputs.forEach(ProcessOutput::close);
    }

    private static String assertDoesNotThrowLine(ProcessOutput output) {
        try {
            return new String(output.readNBytes(6), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
