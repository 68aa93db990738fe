package dev.caravan.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * How much of the processors other processes took meanwhile, and the host when this is a virtual machine: the more they take, the
 * less the numbers say. Only known on Linux.
 *
 * @param total  processor time of the machine since its start, in ticks, idle included
 * @param busy   the part of it that was not idle or was taken by the host
 * @param ours   processor time of this process and all that it has started, in ticks
 */
record Neighbours(long total, long busy, long ours) {

    private static final double QUIET = 0.1;

    /** The state at this moment. */
    static Neighbours now() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/stat"))) {
            // proc(5): user nice system idle iowait irq softirq steal guest guest_nice; guest time is part of user time
            long[] t = Arrays.stream(lines.findFirst().orElseThrow().split(" +")).skip(1).limit(8)
                    .mapToLong(Long::parseLong).toArray();
            long total = LongStream.of(t).sum();
            ProcessHandle self = ProcessHandle.current();
            long ours = Stream.concat(Stream.of(self), self.descendants()).mapToLong(Neighbours::ticks).sum();
            return new Neighbours(total, total - t[3] - t[4], ours);
        } catch (IOException e) {
            return new Neighbours(0, 0, 0);
        }
    }

    /** Time of a process and of its children that have ended. */
    private static long ticks(ProcessHandle process) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            // The name in parentheses may hold spaces; utime, stime, cutime and cstime are the 12th to 15th after it.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Arrays.stream(fields, 11, 15).mapToLong(Long::parseLong).sum();
        } catch (IOException e) {
            return 0;
        }
    }

    /** The share that others had of the processors since then, from 0 to 1. */
    OptionalDouble shareSince(Neighbours then) {
        long time = total - then.total;
        return time == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(Math.max(0, busy - then.busy - (ours - then.ours)) / (double) time);
    }

    /** Waits until others have less than a tenth of the processors for a second, at most so many seconds. */
    static void awaitQuiet(int seconds) throws InterruptedException {
        for (int i = 0; i < seconds; i++) {
            Neighbours before = now();
            Thread.sleep(1_000);
            if (now().shareSince(before).orElse(0) < QUIET) {
                return;
            }
        }
    }

    /** Shares in words. */
    static String describe(double[] shares) {
        if (shares.length == 0) {
            return "unknown";
        }
        return String.join(", ",
                Arrays.stream(shares).mapToObj(s -> String.format(Locale.ROOT, "%.0f %%", 100 * s)).toList());
    }
}
