package dev.caravan.exec;

import dev.caravan.config.ExecProvider;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import java.io.FilterInputStream;
import java.io.InputStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Producer;
import org.apache.camel.component.exec.ExecCommand;
import org.apache.camel.component.exec.ExecCommandExecutor;
import org.apache.camel.component.exec.ExecComponent;
import org.apache.camel.component.exec.ExecEndpoint;
import org.apache.camel.component.exec.ExecResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the kept processes of a provider through Camel Exec: its endpoint with the binding of the one-shot commands and an
 * executor that hands on the running process instead of waiting for its end. Thread-safe.
 */
final class WorkerLauncher implements ExecCommandExecutor {
    private static final Logger LOG = LoggerFactory.getLogger("caravan.exec");

    private final ExecProvider provider;
    private final CamelContext context;
    private final ProcessStarter starter;

    WorkerLauncher(ExecProvider provider, CamelContext context) {
        this.provider = provider;
        this.context = context;
        this.starter = new ProcessStarter(provider);
    }

    /** The stdout of a running process. */
    static final class Stdout extends FilterInputStream {
        private final Process process;

        Stdout(Process process) {
            super(process.getInputStream());
            this.process = process;
        }

        Process process() {
            return process;
        }
    }

    /**
     * Starts a process. Its stdin is fed with what can be read of the input, until that ends; its stderr goes to the log.
     *
     * @throws ApiException 502 {@code api_error} when it cannot be started
     */
    Stdout launch(InputStream stdin) {
        try (ExecEndpoint endpoint = endpoint(); Producer producer = endpoint.createProducer()) {
            Exchange exchange = endpoint.createExchange();
            exchange.getMessage().setBody(stdin);
            producer.process(exchange);
            return (Stdout) exchange.getMessage().getBody();
        } catch (ApiException e) {
            throw e;
        } catch (Exception e) {
            LOG.warn("{}: Camel Exec failed to start the process: {}", provider.name(), e.getClass().getName());
            throw new ApiException(502, ErrorType.API_ERROR,
                    "provider " + provider.name() + ": the process cannot be started");
        }
    }

    private ExecEndpoint endpoint() throws Exception {
        ExecComponent component = context.getComponent("exec", ExecComponent.class);
        ExecEndpoint endpoint = (ExecEndpoint) component.createEndpoint("exec:worker");
        endpoint.setBinding(new StreamingExecBinding(provider));
        endpoint.setCommandExecutor(this);
        return endpoint;
    }

    @Override
    public ExecResult execute(ExecCommand command) {
        Process process = starter.start(command);
        try {
            ChildPipes pipes = new ChildPipes(provider.name(), process);
            pipes.logStderr(StderrLog.Bounds.OF_A_WORKER);
            pipes.feed(command.getInput());
        } catch (Error e) {
            process.destroyForcibly(); // no thread for a pipe, and nobody else knows the process
            throw e;
        }
        return new ExecResult(command, new Stdout(process), null, 0);
    }
}
