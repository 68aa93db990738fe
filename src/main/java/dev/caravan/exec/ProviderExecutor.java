package dev.caravan.exec;

import dev.caravan.config.ExecProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.component.exec.ExecCommand;
import org.apache.camel.component.exec.ExecCommandExecutor;
import org.apache.camel.component.exec.ExecResult;

/**
 * Camel Exec's executor for a provider: a process for each command, or processes that are kept and given what would be the
 * command's stdin, as the provider's settings say. Either way the result's stdout is live. A {@link StreamingExecBinding} tells it
 * of its context. Thread-safe.
 */
public final class ProviderExecutor implements ExecCommandExecutor, CamelContextAware {
    private final ExecProvider provider;
    private final StreamingCommandExecutor oneShot;
    private volatile CamelContext context;

    public ProviderExecutor(ExecProvider provider) {
        this.provider = provider;
        this.oneShot = new StreamingCommandExecutor(provider);
    }

    /**
     * Starts the process, or has a kept one take the command's input as a request.
     *
     * @throws dev.caravan.message.ApiException 529 {@code overloaded_error} when as many processes run, or requests wait, as may;
     *         502 {@code api_error} when the program cannot be started
     */
    @Override
    public ExecResult execute(ExecCommand command) {
        if (provider.workers().isEmpty()) {
            return oneShot.execute(command);
        }
        try {
            byte[] line = command.getInput().readAllBytes();
            return new ExecResult(command, WorkerPools.of(context).pool(provider).submit(line), null, 0);
        } catch (IOException e) {
            throw new UncheckedIOException("the request cannot be read", e);
        }
    }

    @Override
    public CamelContext getCamelContext() {
        return context;
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        context = camelContext;
        if (provider.workers().isEmpty()) {
            oneShot.setCamelContext(camelContext);
        }
    }
}
