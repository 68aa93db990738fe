package dev.caravan.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** How much memory a process has taken of the machine, from time to time, in kilobytes. Needs Linux's {@code /proc}. */
final class ResidentSize {
    private static final String FIELD = "VmRSS:";

    private final Path process;
    private final List<Long> samples = new ArrayList<>();

    ResidentSize(long pid) {
        process = Path.of("/proc", Long.toString(pid));
    }

    void sample() throws IOException {
        try (Stream<String> status = Files.lines(process.resolve("status"))) {
            String line = status.filter(field -> field.startsWith(FIELD)).findFirst()
                    .orElseThrow(() -> new IOException(process + " has ended"));
            samples.add(Long.parseLong(line.replaceAll("\\D", "")));
        }
    }

    /** Its open file descriptors. */
    int files() throws IOException {
        return count("fd");
    }

    /** Its threads of the operating system. */
    int threads() throws IOException {
        return count("task");
    }

    private int count(String directory) throws IOException {
        try (Stream<Path> entries = Files.list(process.resolve(directory))) {
            return (int) entries.count();
        }
    }

    /** The middle one of the samples of a third of the time, counted from 0: one that is out of line does not matter. */
    long median(int third) {
        int length = samples.size() / 3;
        List<Long> sorted = samples.subList(third * length, (third + 1) * length).stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    /** By how much it has grown behind its warm-up, which is the first third. */
    long growth() {
        return median(2) - median(1);
    }

    @Override
    public String toString() {
        return median(0) + ", " + median(1) + ", " + median(2) + " KB in the thirds, of " + samples;
    }
}
