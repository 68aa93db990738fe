package dev.caravan.exec;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How much memory a process has, as the system sees it from outside: its resident size, without what it has started. */
final class ResidentMemory {
    private static final Pattern PROC_STATUS = Pattern.compile("(?m)^VmRSS:\\s*(\\d+) kB$");
    private static final Pattern PS = Pattern.compile("^\\s*(\\d+)\\s*$");
    private static final long PATIENCE_SECONDS = 1;

    private ResidentMemory() {}

    /** In bytes; empty when the process has ended, or there is no way to know. */
    static OptionalLong of(long pid) {
        OptionalLong told = ofProc(pid);
        return told.isPresent() ? told : ofPs(pid);
    }

    /** As Linux tells it. */
    static OptionalLong ofProc(long pid) {
        try {
            return kilobytes(PROC_STATUS, Files.readString(Path.of("/proc/" + pid + "/status")));
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /** As other POSIX systems tell it. */
    static OptionalLong ofPs(long pid) {
        try {
            Process ps = new ProcessBuilder(List.of("ps", "-o", "rss=", "-p", Long.toString(pid)))
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            try {
                ps.getOutputStream().close();
                if (!ps.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    return OptionalLong.empty();
                }
                return kilobytes(PS, new String(ps.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
            } finally {
                ps.destroyForcibly();
            }
        } catch (IOException e) {
            return OptionalLong.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalLong.empty();
        }
    }

    private static OptionalLong kilobytes(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? OptionalLong.of(Long.parseLong(matcher.group(1)) * 1024) : OptionalLong.empty();
    }
}
