package dev.caravan.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a Java process holds, after a full collection of its garbage. Needs Linux's {@code /proc}, and {@code jcmd} of the JDK that
 * runs the tests, which attaches to processes of other versions, too.
 *
 * @param files open file descriptors: connections, pipes, files
 * @param threads threads of the operating system
 * @param instances how many live objects of each class there are
 * @param heapBytes all live objects
 * @param directBytes memory outside of the heap that Java code has asked for, which is where netty's buffers are; 0 unless the
 *        process runs with {@code -XX:NativeMemoryTracking=summary}
 */
record ProcessUsage(long files, long threads, Map<String, Long> instances, long heapBytes, long directBytes) {
    /** One object of a class for so many calls counts as a leak; what a busy pool holds is far from it. */
    private static final int CALLS_AN_OBJECT = 10;
    /** What grows for other reasons, such as tables and pools that have not met their highest load yet. */
    private static final int FEW = 500;
    private static final int FEW_FILES = 24;
    private static final long FEW_BYTES = 8 << 20;
    private static final int BYTES_A_CALL = 16;
    private static final Pattern CLASS = Pattern.compile("(?m)^\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+(\\S+)");
    private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");
    private static final Pattern DIRECT = Pattern.compile("Other \\(reserved=(\\d+)KB");

    /** Whether this machine can tell. */
    static boolean known() {
        return Files.isDirectory(Path.of("/proc/self/fd")) && Files.isExecutable(jcmd());
    }

    static ProcessUsage of(long pid) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid));
        collectGarbage(pid); // the first collection lets cleaners and weak references go
        String histogram = ask(pid, "GC.class_histogram");
        Map<String, Long> instances = new HashMap<>();
        Matcher line = CLASS.matcher(histogram);
        while (line.find()) {
            instances.merge(line.group(2), Long.parseLong(line.group(1)), Long::sum);
        }
        if (instances.isEmpty()) {
            throw new IOException("jcmd told nothing: " + histogram);
        }
        return new ProcessUsage(count(process.resolve("fd")), count(process.resolve("task")), instances,
                number(TOTAL, histogram), 1024 * number(DIRECT, ask(pid, "VM.native_memory", "summary")));
    }

    /** Has a Java process let go of what it does not hold any more. */
    static void collectGarbage(long pid) throws IOException {
        ask(pid, "GC.run");
    }

    /** How many live objects of a class there are. */
    long instances(String type) {
        return instances.getOrDefault(type, 0L);
    }

    /**
     * Holds that nothing has stayed of the calls that were made since: no object for each tenth, no connection, no thread, no memory.
     */
    void assertNoMoreThan(ProcessUsage before, long calls) {
        String both = "before " + before + ", after " + calls + " calls " + this;
        assertEquals(Map.of(), moreThan(before, FEW + calls / CALLS_AN_OBJECT), both);
        assertTrue(heapBytes <= before.heapBytes + FEW_BYTES + BYTES_A_CALL * calls, both);
        assertTrue(directBytes <= before.directBytes + FEW_BYTES + BYTES_A_CALL * calls, both);
        assertTrue(files <= before.files + FEW_FILES, both);
        assertTrue(threads <= before.threads + FEW_FILES, both);
    }

    /** The classes of which there are more live objects than before, by how many. */
    private Map<String, Long> moreThan(ProcessUsage before, long atLeast) {
        Map<String, Long> more = new HashMap<>();
        instances.forEach((type, count) -> {
            long growth = count - before.instances(type);
            if (growth >= atLeast) {
                more.put(type, growth);
            }
        });
        return more;
    }

    @Override
    public String toString() {
        return files + " files, " + threads + " threads, " + instances("java.lang.VirtualThread") + " virtual threads, "
                + instances("dev.caravan.message.Call") + " calls, " + heapBytes / 1024 + " KB of objects, "
                + directBytes / 1024 + " KB outside of the heap";
    }

    private static long number(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    private static long count(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.count();
        }
    }

    private static Path jcmd() {
        return Path.of(System.getProperty("java.home"), "bin", "jcmd");
    }

    private static String ask(long pid, String... question) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(jcmd().toString(), Long.toString(pid), String.join(" ", question));
        Process process = builder.redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), UTF_8);
    }
}
