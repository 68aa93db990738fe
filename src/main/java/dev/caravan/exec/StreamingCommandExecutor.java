package dev.caravan.exec;

import dev.caravan.config.ExecProvider;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.Service;
import org.apache.camel.component.exec.ExecCommand;
import org.apache.camel.component.exec.ExecCommandExecutor;
import org.apache.camel.component.exec.ExecResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Camel Exec's executor for commands whose output is wanted while they run: {@link #execute} returns as soon as the process has
 * started, and the result's stdout is its live output, a {@link ProcessOutput}. What camel-exec itself would do at the end, look
 * at the exit code and obey a time-out, happens in that stream.
 *
 * <p>
 * At most {@link ExecProvider#maxProcesses()} processes run at a time. When all are at work one more is refused at once with 529
 * {@code overloaded_error}, and {@code retry-after: 1}: a queue, where one is wanted, is for somebody who knows about requests.
 * Only a process that is just being ended is waited for.
 *
 * <p>
 * Bound in a Camel registry, or at the first command from a {@link StreamingExecBinding}, it becomes a service of the context: when the context stops, after its routes, all processes are
 * ended. They are ended as well when the Java machine ends, unless the context is just being stopped: that lets streams that are
 * open come to their end first. Thread-safe.
 */
public final class StreamingCommandExecutor implements ExecCommandExecutor, CamelContextAware, Service {
    private static final Logger LOG = LoggerFactory.getLogger("caravan.exec");
    private static final Duration PATIENCE = ProcessTree.GRACE.multipliedBy(2);
    private static final Duration CONTEXT_BEGINS_TO_STOP = Duration.ofSeconds(1);
    private static final Duration GLANCE = Duration.ofMillis(20);
    /** How the JDK tells an errno: {@code error=2, …} before JDK 22 or so, {@code error: 2 (…)} since. */
    private static final Pattern ERRNO = Pattern.compile("error[=:] ?(\\d+)");

    private final ExecProvider provider;
    private final ProcessSlots slots;
    private final Set<ChildProcess> children = ConcurrentHashMap.newKeySet();
    private final Thread atExit = new Thread(this::machineEnds, "caravan-exec-at-exit");
    private CamelContext context;
    private boolean hooked;
    private volatile boolean stopped;

    public StreamingCommandExecutor(ExecProvider provider) {
        this.provider = provider;
        this.slots = new ProcessSlots(provider.maxProcesses());
    }

    /**
     * Starts the process.
     *
     * @throws ApiException 529 {@code overloaded_error} when as many processes run as may, or the executor is stopped; 502
     *         {@code api_error} when the program cannot be started
     */
    @Override
    public ExecResult execute(ExecCommand command) {
        ChildProcess child = start(command);
        child.serve(command.getInput(), command.getTimeout());
        return new ExecResult(command, new ProcessOutput(child, provider.timeouts().idle()), null, 0);
    }

    private ChildProcess start(ExecCommand command) {
        ProcessSlots.Slot slot = slot();
        try {
            Process process = processBuilder(command).start();
            ChildProcess child = new ChildProcess(provider.name(), process, slot);
            children.add(child);
            process.onExit().thenRun(() -> {
                slot.release();
                children.remove(child);
            });
            if (!hookAtExit() || stopped) {
                process.destroyForcibly();
                throw stopping();
            }
            return child;
        } catch (IOException e) {
            slot.release();
            LOG.warn("{}: {}", provider.name(), e.getMessage());
            throw new ApiException(502, ErrorType.API_ERROR, "provider " + provider.name() + ": cannot start "
                    + command.getExecutable() + reason(e, command));
        }
    }

    private ProcessSlots.Slot slot() {
        if (stopped) {
            throw stopping();
        }
        ProcessSlots.Slot slot = null;
        try {
            slot = slots.acquire(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (slot == null) {
            throw overloaded("all " + provider.maxProcesses() + " processes are busy").header("retry-after", "1");
        }
        return slot;
    }

    private ApiException stopping() {
        return overloaded("is being stopped");
    }

    private ApiException overloaded(String problem) {
        return new ApiException(ErrorType.OVERLOADED_ERROR, "provider " + provider.name() + ": " + problem);
    }

    private ProcessBuilder processBuilder(ExecCommand command) {
        List<String> words = new ArrayList<>();
        words.add(command.getExecutable());
        words.addAll(command.getArgs());
        ProcessBuilder builder = new ProcessBuilder(words);
        provider.environment().forEach((name, value) -> builder.environment().put(name, value.reveal()));
        if (command.getWorkingDir() != null) {
            builder.directory(Path.of(command.getWorkingDir()).toFile());
        }
        return builder;
    }

    private static String reason(IOException e, ExecCommand command) {
        if (command.getWorkingDir() != null && !Path.of(command.getWorkingDir()).toFile().isDirectory()) {
            return ": its working directory does not exist";
        }
        Matcher errno = ERRNO.matcher(String.valueOf(e.getMessage()));
        return switch (errno.find() ? errno.group(1) : "") {
            case "2" -> ": No such file";
            case "8" -> ": Not a program";
            case "13" -> ": Permission denied";
            default -> "";
        };
    }

    /** How many processes run now, those that are being ended included. */
    public int running() {
        return children.size();
    }

    @Override
    public synchronized CamelContext getCamelContext() {
        return context;
    }

    /** Makes this a service of the context. */
    @Override
    public void setCamelContext(CamelContext camelContext) {
        synchronized (this) {
            if (context == camelContext) {
                return;
            }
            context = camelContext;
        }
        try {
            camelContext.addService(this);
        } catch (Exception e) {
            throw RuntimeCamelException.wrapRuntimeCamelException(e);
        }
    }

    @Override
    public void start() {
        stopped = false;
    }

    /** Ends all processes, whose readers are told so, and waits for that, a second at most. */
    @Override
    public void stop() {
        stopped = true;
        endAll();
        unhookAtExit();
    }

    private void endAll() {
        List<ChildProcess> running = List.copyOf(children);
        List<ProcessTree> trees = running.stream().map(child -> new ProcessTree(child.process())).toList();
        running.forEach(child -> child.fail(stopping()));
        trees.forEach(ProcessTree::terminate);
        long deadline = System.nanoTime() + ProcessTree.GRACE.toNanos();
        trees.forEach(tree -> tree.killAfter(Duration.ofNanos(deadline - System.nanoTime())));
    }

    private synchronized boolean hookAtExit() {
        try {
            if (!hooked) {
                Runtime.getRuntime().addShutdownHook(atExit);
                hooked = true;
            }
            return true;
        } catch (IllegalStateException e) {
            return false; // the Java machine is ending already
        }
    }

    private synchronized void unhookAtExit() {
        try {
            if (hooked) {
                Runtime.getRuntime().removeShutdownHook(atExit);
                hooked = false;
            }
        } catch (IllegalStateException e) {
            // It is about to run, and finds nothing to do.
        }
    }

    private void machineEnds() {
        if (!contextStops()) {
            stopped = true;
            endAll();
        }
    }

    /** Whether the context is being stopped, which this may be a moment too early to see. */
    private boolean contextStops() {
        CamelContext owner = getCamelContext();
        long deadline = System.nanoTime() + CONTEXT_BEGINS_TO_STOP.toNanos();
        try {
            while (owner != null && !children.isEmpty() && System.nanoTime() < deadline) {
                if (owner.isStopping() || owner.isStopped()) {
                    return true;
                }
                Thread.sleep(GLANCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }
}
