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
    private boolean due;
    private int concurrency;
    private volatile long served;
    private long usedNanos = startNanos;

    private final WorkerProcess process;
    private final WorkerMemory memory = new WorkerMemory();
    private volatile ApiException reason;
    private volatile long heardNanos = startNanos;
    private volatile boolean pinged;
    private long pingNanos;
    private long pings;

    Worker(ExecProvider provider, WorkerLauncher launcher, WorkerPool pool) {
        this.provider = provider;
        this.launcher = launcher;
        this.pool = pool;
        this.errors = new PoolErrors(provider.name());
        this.process = new WorkerProcess(provider.name(), stdin);
    }

    /** Starts the process, on a thread of its own. */
    void start() {
        Thread.ofPlatform().daemon().name("caravan-exec-" + provider.name() + "-worker").start(this::run);
    }

    private void run() {
        ApiException how;
        try {
            WorkerLauncher.Stdout stdout = launcher.launch(stdin);
            process.started(stdout.process());
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
            for (int count = process.read(stdout, chunk); count >= 0; count = process.read(stdout, chunk)) {
                lines.put(chunk, count);
                wakeReaders();
            }
        } catch (IOException e) {
            // A broken pipe has ended; the exit code tells how.
        } catch (WorkerFault e) {
            LOG.warn("{}[{}] {}{}", provider.name(), pid(), e.getMessage(), e.detail());
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

    private ApiException death() {
        String how = process.awaitEnd();
        return reason != null ? reason : errors.failure("the process " + how);
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
        if (line.pong || line.ready != null) {
            memory.weigh(line.memoryBytes, process.get());
        }
        if (line.pong) {
            pinged = false;
        } else if (line.id == null) {
            ofItself(line, buffer, offset, length);
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

    private void ofItself(WorkerLine line, byte[] buffer, int offset, int length) throws WorkerFault {
        if (line.ready != null) {
            if (line.ready.protocol() != PROTOCOL) {
                throw new WorkerFault(
                        "speaks version " + line.ready.protocol() + " of the exec protocol, not " + PROTOCOL);
            }
            pool.ready(this, line.ready, WorkerFacts.read(buffer, offset, length));
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
            LOG.info("{}[{}]: {}", provider.name(), pid(), Text.excerpt(line.progress.message()));
        }
    }

    private void ofRequest(WorkerLine line, long now, byte[] buffer, int offset, int length) {
        PooledRequest request = requests.get(line.id);
        if (request == null) {
            return; // of a request that has ended, or of none that there ever was
        }
        if (!request.heard(line, this, now)) {
            return;
        }
        if (line.last) {
            // Before the reader hears of the end: it may ask for the next answer at once.
            if (!pool.answered(this, request)) {
                return;
            }
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

    /** Whether it has this request. */
    boolean has(PooledRequest request) {
        return requests.get(request.id) == request;
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
        if (!process.isDeadBehindAnOpenPipe(now)) {
            return null;
        }
        // What it has started and holds the pipe learns by this that nobody wants anything of it any more.
        stdin.close();
        return death();
    }

    /** Kills it because of this, at once. */
    void kill(ApiException why) {
        if (reason == null) {
            reason = why;
        }
        process.end(Duration.ZERO);
    }

    /** Ends it: it is told so by the end of its stdin, then by SIGTERM, then it is killed. */
    void retire() {
        process.end(ProcessTree.GRACE);
    }

    /** It is ready, for as many requests at a time. */
    void ready(int requestsAtATime, long now) {
        state = State.READY;
        memory.ready();
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

    /** It is to be replaced. */
    void due() {
        due = true;
    }

    /** Whether it is to be replaced. */
    boolean isDue() {
        return due;
    }

    /** Whether it can be given another request. */
    boolean hasRoom() {
        return state == State.READY && !process.unwanted() && requests.size() < concurrency;
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

    /** What it holds. */
    WorkerMemory memory() {
        return memory;
    }

    /** The process, null before it has been started. */
    Process process() {
        return process.get();
    }

    private long pid() {
        return process.get().pid();
    }

    /** Whether it is being ended, because it should or because it must. */
    boolean unwanted() {
        return process.unwanted();
    }

    /** Why it is being ended, null when nothing is wrong. */
    ApiException reason() {
        return reason;
    }
}
