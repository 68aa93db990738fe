package dev.caravan.exec;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pipes of a child process and the threads that serve them. They are platform threads: a read or write of a pipe holds its
 * thread in the kernel, and on a virtual thread the carrier with it.
 */
final class ChildPipes {
    private static final Logger LOG = LoggerFactory.getLogger("caravan.exec");
    private static final int CHUNK = 64 * 1024;

    private final String name;
    private final Process process;

    /** @param name the provider's name, for threads and the log */
    ChildPipes(String name, Process process) {
        this.name = name;
        this.process = process;
    }

    /** Has stderr logged by a thread of its own. */
    void logStderr(StderrLog.Bounds bounds) {
        thread("stderr", () -> new StderrLog(line -> LOG.info("{}[{}]: {}", name, process.pid(), line), bounds)
                .pump(process.getErrorStream())).start();
    }

    /**
     * Has stdin fed by a thread of its own, which writes what it can read at once and flushes, and closes the pipe at the end.
     *
     * @param input null for nothing
     */
    void feed(InputStream input) {
        thread("stdin", () -> {
            try (OutputStream stdin = process.getOutputStream()) {
                if (input != null) {
                    copy(input, stdin);
                }
            } catch (IOException e) {
                // A process need not read all of its input, or any: what it answers and how it exits tells whether that was right.
                LOG.debug("{}[{}] closed its stdin early", name, process.pid());
            }
        }).start();
    }

    private static void copy(InputStream input, OutputStream stdin) throws IOException {
        byte[] chunk = new byte[CHUNK];
        for (int count = input.read(chunk); count >= 0; count = input.read(chunk)) {
            stdin.write(chunk, 0, count);
            stdin.flush();
        }
    }

    /** A thread of this process, not started. */
    Thread thread(String task, Runnable work) {
        return Thread.ofPlatform().daemon().name(threadName(task)).unstarted(work);
    }

    String threadName(String task) {
        return "caravan-exec-" + name + "-" + process.pid() + "-" + task;
    }
}
