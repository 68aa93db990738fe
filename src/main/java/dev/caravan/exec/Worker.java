package dev.caravan.exec;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.caravan.config.ExecProvider;
import dev.caravan.message.ApiException;
import dev.caravan.message.MessageJson;
import dev.caravan.message.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A kept process: starts it, gives it requests, takes what it writes to the requests that it is for, and ends it. One thread of
 * its own reads its stdout, and tells the pool of all that changes its life or that of a request. Which state it is in, and which
 * requests it has, is changed under the lock of the pool; the rest is thread-safe.
 */
final class Worker {
    private static final Logger LOG = LoggerFactory.getLogger("caravan.exec");
    private static final int CHUNK = 64 * 1024;
    private static final int MAX_MESSAGE = 2_000;
    private static final long PROTOCOL = 2;
    /** How long the pipe of a process that has ended may stay open, in the hands of one that it has started. */
    private static final long LAST_WORDS = Duration.ofSeconds(1).toNanos();

    enum State {
        STARTING, READY, DRAINING, ENDED
    }

    private final ExecProvider provider;
    private final WorkerLauncher launcher;
    private final WorkerPool pool;
    private final PoolErrors errors;
    private final LiveInput stdin = new LiveInput();
    private final Map<String, PooledRequest> requests = new ConcurrentHashMap<>();
    private final long startNanos = System.nanoTime();
    /** What has been given lines of which its reader has not heard yet. For the thread that reads stdout. */
    private final List<OutputBuffer> offered = new ArrayList<>();

    private State state = State.STARTING;
    private int concurrency;
    private volatile long served;
    private long usedNanos = startNanos;

    private volatile Process process;
    private volatile boolean unwanted;
    private volatile ApiException reason;
    private volatile long heardNanos = startNanos;
    private volatile long memory;
    private volatile boolean pinged;
    private long pingNanos;
    private long pings;
    private long deadNanos;

    Worker(ExecProvider provider, WorkerLauncher launcher, WorkerPool pool) {
        this.provider = provider;
        this.launcher = launcher;
        this.pool = pool;
        this.errors = new PoolErrors(provider.name());
    }

    /** Starts the process, on a thread of its own. */
    void start() {
        Thread.ofPlatform().daemon().name("caravan-exec-" + provider.name() + "-worker").start(this::run);
    }

    private void run() {
        ApiException how;
        try {
            WorkerLauncher.Stdout stdout = launcher.launch(stdin);
            process = stdout.process();
            if (unwanted) {
                process.destroyForcibly();
            }
            how = read(stdout);
        } catch (ApiException e) {
            how = e;
        } catch (RuntimeException | Error e) {
            // Also when there is no memory or no thread left: nobody else would ever say that this one has ended.
            LOG.error("{}: the process cannot be served any more", provider.name(), e);
            kill(errors.failure("the process was ended"));
            how = reason;
        } finally {
            stdin.close();
        }
        pool.ended(this, how);
    }

    private ApiException read(InputStream stdout) {
        LineSplitter lines = new LineSplitter(provider.maxLineBytes(), this::line);
        byte[] chunk = new byte[CHUNK];
        try {
            for (int count = stdout.read(chunk); count >= 0; count = stdout.read(chunk)) {
                lines.put(chunk, count);
                wakeReaders();
            }
        } catch (IOException e) {
            // A broken pipe has ended; the exit code tells how.
        } catch (WorkerFault e) {
            LOG.warn("{}[{}] {}{}", provider.name(), process.pid(), e.getMessage(), e.detail());
            kill(errors.failure(e.getMessage()));
        }
        try {
            lines.end();
        } catch (WorkerFault e) {
            // It has died within a line, which says no more than how it has died.
        }
        wakeReaders();
        return death();
    }

    /**
     * A step of a batch brings a line for each request. Woken one by one, their readers would run out of work between any two
     * lines and be woken again for the next.
     */
    private void wakeReaders() {
        offered.forEach(OutputBuffer::wake);
        offered.clear();
    }

    /** Waits for the process's end. */
    private ApiException death() {
        try {
            int exit = process.waitFor();
            return reason != null ? reason : errors.failure("the process " + ExitCode.told(exit));
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        }
    }

    private void line(byte[] buffer, int offset, int length) throws WorkerFault {
        if (blank(buffer, offset, length)) {
            return;
        }
        WorkerLine line;
        try {
            line = WorkerLine.read(buffer, offset, length);
        } catch (IOException e) {
            throw new WorkerFault("sent a line that is not one JSON object", detail(e, buffer, offset, length));
        }
        long now = System.nanoTime();
        heardNanos = now;
        memory = line.memoryBytes > 0 ? line.memoryBytes : memory;
        if (line.pong) {
            pinged = false;
        } else if (line.id == null) {
            ofItself(line);
        } else {
            ofRequest(line, now, buffer, offset, length);
        }
    }

    /** Before the first request a line holds nothing that a client has said, and is shown. */
    private String detail(IOException why, byte[] buffer, int offset, int length) {
        String where = why instanceof JsonProcessingException wrong && wrong.getLocation() != null
                ? ", of which byte " + Math.max(1, wrong.getLocation().getByteOffset()) + " is not as it should be"
                : "";
        String shown = served == 0
                ? ": " + Text.excerpt(new String(buffer, offset, Math.min(length, MAX_MESSAGE), StandardCharsets.UTF_8))
                : "";
        return ", but " + length + " bytes" + where + shown
                + " (stdout is for the protocol alone; what a library prints belongs on stderr)";
    }

    private static boolean blank(byte[] buffer, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (buffer[i] != ' ' && buffer[i] != '\t' && buffer[i] != '\r') {
                return false;
            }
        }
        return true;
    }

    private void ofItself(WorkerLine line) throws WorkerFault {
        if (line.ready != null) {
            if (line.ready.protocol() != PROTOCOL) {
                throw new WorkerFault(
                        "speaks version " + line.ready.protocol() + " of the exec protocol, not " + PROTOCOL);
            }
            pool.ready(this, line.ready);
        } else if (line.error != null) {
            // What it says itself tells more than how it exits then.
            if (reason == null) {
                reason = errors.failure(line.error.isBlank()
                        ? "the process reported an error without a message"
                        : Text.excerpt(line.error, MAX_MESSAGE));
            }
            retire();
        } else if (line.answer || line.last) {
            throw new WorkerFault("sent a part of an answer without the id of its request");
        } else if (line.progress != null && line.progress.message() != null) {
            LOG.info("{}[{}]: {}", provider.name(), process.pid(), Text.excerpt(line.progress.message()));
        }
    }

    private void ofRequest(WorkerLine line, long now, byte[] buffer, int offset, int length) {
        PooledRequest request = requests.get(line.id);
        if (request == null) {
            return; // of a request that has ended, or of none that there ever was
        }
        request.heard(line, now);
        if (line.last) {
            // Before the reader hears of the end: it may ask for the next answer at once.
            pool.answered(this, request);
            if (request.output.offerLine(buffer, offset, length)) {
                request.output.end(null);
            } else {
                request.output.end(errors.tooSlow());
            }
        } else if (line.answer || line.usage) {
            if (request.output.offerLine(buffer, offset, length)) {
                offered.add(request.output);
            } else {
                pool.fail(request, errors.tooSlow());
            }
        }
    }

    /** Gives it a request. */
    void give(PooledRequest request, long now) {
        requests.put(request.id, request);
        served++;
        usedNanos = now;
        request.assign(this, now);
        stdin.add(request.line);
    }

    /** Tells it that nobody wants the answer any more. */
    void cancel(PooledRequest request) {
        stdin.add(json("cancel", request.id));
    }

    /** It no longer has this request. */
    void remove(PooledRequest request, long now) {
        requests.remove(request.id);
        usedNanos = now;
    }

    private static byte[] json(String type, String id) {
        byte[] object = MessageJson.write(out -> {
            out.writeStringField("type", type);
            out.writeStringField("id", id);
        });
        return (new String(object, StandardCharsets.UTF_8) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Looks after it: asks from time to time whether it lives, and kills it when it is silent for too long.
     *
     * @return how it has died, when its reader cannot tell; else null
     */
    ApiException look(long now, Duration start, Duration ping) {
        if (state == State.STARTING) {
            if (now - heardNanos > start.toNanos()) {
                kill(errors.failure("the process was not ready and wrote nothing for " + Seconds.told(start)));
            }
        } else if (pinged) {
            if (now - Math.max(pingNanos, heardNanos) > ping.toNanos()) {
                kill(errors.failure("the process did not answer for " + Seconds.told(ping)));
            }
        } else if (now - pingNanos > ping.toNanos()) {
            pinged = true;
            pingNanos = now;
            stdin.add(json("ping", "ping_" + ++pings));
        }
        return deadBehindAnOpenPipe(now) ? death() : null;
    }

    private boolean deadBehindAnOpenPipe(long now) {
        Process started = process;
        if (started == null || started.isAlive()) {
            return false;
        }
        deadNanos = deadNanos == 0 ? now : deadNanos;
        return now - deadNanos > LAST_WORDS;
    }

    /** Kills it because of this, at once. */
    void kill(ApiException why) {
        if (reason == null) {
            reason = why;
        }
        end(Duration.ZERO);
    }

    /** Ends it: it is told so by the end of its stdin, then by SIGTERM, then it is killed. */
    void retire() {
        end(ProcessTree.GRACE);
    }

    private void end(Duration grace) {
        boolean first = !unwanted || grace.isZero();
        unwanted = true;
        stdin.close();
        Process started = process;
        if (started != null && first) {
            Thread.ofVirtual().name("caravan-exec-" + provider.name() + "-" + started.pid() + "-end").start(() -> {
                if (!grace.isZero()) {
                    awaitExit(started, grace);
                }
                ProcessTree tree = new ProcessTree(started);
                if (!grace.isZero()) {
                    tree.terminate();
                }
                tree.killAfter(grace);
            });
        }
    }

    private static void awaitExit(Process process, Duration time) {
        try {
            process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** It is ready, for as many requests at a time. */
    void ready(int requestsAtATime, long now) {
        state = State.READY;
        concurrency = requestsAtATime;
        usedNanos = now;
        pingNanos = now;
    }

    void state(State now) {
        state = now;
    }

    State state() {
        return state;
    }

    /** Whether it can be given another request. */
    boolean hasRoom() {
        return state == State.READY && !unwanted && requests.size() < concurrency;
    }

    Collection<PooledRequest> requests() {
        return requests.values();
    }

    /** How many requests it was given in its life. */
    long served() {
        return served;
    }

    /** When it last began or ended a request. */
    long usedNanos() {
        return usedNanos;
    }

    /** When it was started. */
    long startNanos() {
        return startNanos;
    }

    /** How long it has lived. */
    Duration age(long now) {
        return Duration.ofNanos(now - startNanos);
    }

    /** The bytes that it says it holds, 0 before it has said so. */
    long memory() {
        return memory;
    }

    /** The process, null before it has been started. */
    Process process() {
        return process;
    }

    /** Whether it is being ended, because it should or because it must. */
    boolean unwanted() {
        return unwanted;
    }

    /** Why it is being ended, null when nothing is wrong. */
    ApiException reason() {
        return reason;
    }
}
