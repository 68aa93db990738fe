package dev.caravan.exec;

import dev.caravan.config.ExecProvider;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.LoggingLevel;
import org.apache.camel.component.exec.ExecBinding;
import org.apache.camel.component.exec.ExecCommand;
import org.apache.camel.component.exec.ExecEndpoint;
import org.apache.camel.component.exec.ExecResult;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * Camel Exec's binding for a command that is fixed by configuration. Neither a header nor the endpoint's URI can change what is
 * run, and the message's body reaches the process on stdin alone, never as an argument. Thread-safe.
 *
 * <p>
 * The body afterwards is the live stdout, see {@link ProcessOutput}, for somebody behind to read and close. When the exchange
 * fails that is closed here, which ends the process, or takes the request back from one that is kept. Not when it is done: a
 * kamelet works on an exchange of its own, which is done before its caller reads anything. Stream caching is switched off for the exchange, because a cache would read the output to its end
 * before it hands anything on.
 */
public final class StreamingExecBinding implements ExecBinding {
    private final ExecProvider provider;

    public StreamingExecBinding(ExecProvider provider) {
        this.provider = provider;
    }

    @Override
    public ExecCommand readInput(Exchange exchange, ExecEndpoint endpoint) {
        // Where it is no bean of the registry, as in a kamelet's template, nobody has told the executor of its context.
        if (endpoint.getCommandExecutor() instanceof CamelContextAware executor) {
            executor.setCamelContext(exchange.getContext());
        }
        List<String> command = provider.command();
        InputStream input = exchange.getMessage().getBody(InputStream.class);
        long timeout = provider.timeouts().total().map(Duration::toMillis).orElse(ExecEndpoint.NO_TIMEOUT);
        // Camel would log the arguments, of which one may be a secret.
        return new ExecCommand(command.getFirst(), command.subList(1, command.size()),
                provider.workingDirectory().toString(), timeout, Set.of(), input, null, false, LoggingLevel.OFF);
    }

    @Override
    public void writeOutput(Exchange exchange, ExecResult result) {
        InputStream output = result.getStdout();
        exchange.getExchangeExtension().setStreamCacheDisabled(true);
        exchange.getExchangeExtension().addOnCompletion(new EndOfFailed(output));
        exchange.getMessage().setBody(output);
    }

    /** Ends the process when the exchange fails. */
    private static final class EndOfFailed extends SynchronizationAdapter {
        private final InputStream output;

        EndOfFailed(InputStream output) {
            this.output = output;
        }

        @Override
        public void onFailure(Exchange exchange) {
            try {
                output.close();
            } catch (IOException e) {
                // It was to be given up, and is.
            }
        }
    }
}
