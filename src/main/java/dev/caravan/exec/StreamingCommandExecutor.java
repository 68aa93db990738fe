package dev.caravan.exec;

import dev.caravan.config.ExecProvider;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.Service;
import org.apache.camel.component.exec.ExecCommand;
import org.apache.camel.component.exec.ExecCommandExecutor;
import org.apache.camel.component.exec.ExecResult;

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
    private static final Duration PATIENCE = ProcessTree.GRACE.multipliedBy(2);

    private final ExecProvider provider;
    private final ProcessSlots slots;
    private final Set<ChildProcess> children = ConcurrentHashMap.newKeySet();
    private final AtMachineEnd atMachineEnd = new AtMachineEnd(this::getCamelContext, () -> running() > 0, () -> {
        stopped = true;
        endAll();
    });
    private final ProcessStarter starter;
    private CamelContext context;
    private volatile boolean stopped;

    public StreamingCommandExecutor(ExecProvider provider) {
        this.provider = provider;
        this.starter = new ProcessStarter(provider);
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
        Process process;
        try {
            process = starter.start(command);
        } catch (RuntimeException e) {
            slot.release();
            throw e;
        }
        ChildProcess child = new ChildProcess(provider.name(), process, slot);
        children.add(child);
        process.onExit().thenRun(() -> {
            slot.release();
            children.remove(child);
        });
        if (!atMachineEnd.hook() || stopped) {
            process.destroyForcibly();
            throw stopping();
        }
        return child;
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
        atMachineEnd.unhook();
    }

    private void endAll() {
        List<ChildProcess> running = List.copyOf(children);
        List<ProcessTree> trees = running.stream().map(child -> new ProcessTree(child.process())).toList();
        running.forEach(child -> child.fail(stopping()));
        trees.forEach(ProcessTree::terminate);
        long deadline = System.nanoTime() + ProcessTree.GRACE.toNanos();
        trees.forEach(tree -> tree.killAfter(Duration.ofNanos(deadline - System.nanoTime())));
    }
}
