package dev.caravan.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A process that the benchmark has started, and the processes that it started in turn. Safe for use by several threads. */
final class Child implements AutoCloseable {

    private final Process process;
    private final Path log;
    private final long started = System.nanoTime();

    private Child(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Starts a process with an empty standard input; what it prints goes to {@code log}. */
    static Child start(ProcessBuilder builder, Path log) throws IOException {
        builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.redirectErrorStream(true).redirectOutput(log.toFile());
        return new Child(builder.start(), log);
    }

    /** Starts a process that is talked to over its standard input and output; what it prints to standard error goes to {@code log}. */
    static Child startPiped(ProcessBuilder builder, Path log) throws IOException {
        builder.redirectError(log.toFile());
        return new Child(builder.start(), log);
    }

    Process process() {
        return process;
    }

    double secondsSinceStart() {
        return (System.nanoTime() - started) / 1e9;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** How a process that is no more has ended: its exit code and its last words. */
    String ending() {
        return "exit code " + process.exitValue() + ": " + lastWords();
    }

    /** What it has printed to its log, or nothing when that can't be read. */
    List<String> lines() {
        try {
            return Files.readAllLines(log, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return List.of();
        }
    }

    /** The last line that it has printed, for messages about its failure. */
    String lastWords() {
        return lines().stream().filter(line -> !line.isBlank()).reduce((first, second) -> second)
                .map(line -> line + " (" + log.getFileName() + " has all of it)").orElse("it has printed nothing");
    }

    /** Resident memory of the process and its descendants at this moment in bytes; 0 when it can't be told. */
    long residentBytes() {
        long sum = residentBytes(process.pid());
        return process.descendants().mapToLong(p -> residentBytes(p.pid())).sum() + sum;
    }

    private static long residentBytes(long pid) {
        Path status = Path.of("/proc", Long.toString(pid), "status");
        try {
            if (Files.exists(status)) {
                return kilobytes(Files.readAllLines(status).stream().filter(l -> l.startsWith("VmRSS:")).findFirst()
                        .orElse("0"));
            }
            Process ps = new ProcessBuilder("ps", "-o", "rss=", "-p", Long.toString(pid)).start();
            return kilobytes(new String(ps.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
        } catch (IOException e) {
            return 0;
        }
    }

    private static long kilobytes(String text) {
        String digits = text.replaceAll("\\D", "");
        return digits.isEmpty() ? 0 : Long.parseLong(digits) * 1024;
    }

    /** Ends the process and its descendants: asks, and after two seconds insists. */
    @Override
    public void close() {
        List<ProcessHandle> all = Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
        all.forEach(ProcessHandle::destroy);
        try {
            process.waitFor(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        all.forEach(ProcessHandle::destroyForcibly);
    }
}
