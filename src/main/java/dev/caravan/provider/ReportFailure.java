package dev.caravan.provider;

import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.ErrorType;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Puts the exception that the exchange has caught into the API's terms, for failures of a provider that Camel's components report
 * in their own: no connection, no answer in time.
 */
public final class ReportFailure implements Processor {
    private int status = 502;
    private ErrorType type = ErrorType.API_ERROR;
    private String message = "failed";

    /** The HTTP status that the client gets; 502 by default. */
    public void setStatus(int status) {
        this.status = status;
    }

    /** The error type that the client gets, by its name on the wire; {@code api_error} by default. */
    public void setType(String type) {
        this.type = ErrorType.ofWireName(type);
    }

    /** What the provider did, to go behind its name: {@code provider openai did not answer in time}. */
    public void setMessage(String message) {
        this.message = message;
    }

    @Override
    public void process(Exchange exchange) {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        String who = call == null || call.getTarget() == null
                ? "the upstream"
                : "provider " + call.getTarget().provider();
        exchange.setProperty(Exchange.EXCEPTION_CAUGHT, new ApiException(status, type, who + " " + message));
    }
}
