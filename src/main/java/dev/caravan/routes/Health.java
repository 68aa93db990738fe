package dev.caravan.routes;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.Provider;
import dev.caravan.config.UnavailableProvider;
import dev.caravan.message.MessageJson;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;

/**
 * Answers whether Caravan serves: 200 and {@code "status":"up"} when the context and all its routes are started, 503 and
 * {@code "starting"} or {@code "stopping"} otherwise. {@code /health/live} is 200 whenever there is an answer at all. It does not
 * call providers, which may cost money; {@code caravan doctor} does.
 */
public final class Health implements Processor {
    private final CaravanConfig config;

    public Health(CaravanConfig config) {
        this.config = config;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        String path = message.getHeader(Exchange.HTTP_PATH, "", String.class);
        CamelContext context = exchange.getContext();
        List<String> stopped = stoppedRoutes(context);
        boolean up = context.getStatus() == ServiceStatus.Started && stopped.isEmpty();
        boolean live = path.endsWith("/live") || path.equals("/");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, up || live ? 200 : 503);
        message.setBody(MessageJson.write(out -> {
            out.writeStringField("status", up ? "up" : context.getStatus().name().toLowerCase(java.util.Locale.ROOT));
            if (!path.equals("/health")) {
                return;
            }
            out.writeObjectFieldStart("providers");
            for (Provider provider : config.providers().values()) {
                String state = provider instanceof UnavailableProvider unavailable
                        ? "unavailable: " + unavailable.reason()
                        : "configured";
                out.writeStringField(provider.name(), state);
            }
            out.writeEndObject();
        }));
    }

    private static List<String> stoppedRoutes(CamelContext context) {
        return context.getRoutes().stream().map(Route::getRouteId)
                .filter(id -> !context.getRouteController().getRouteStatus(id).isStarted()).toList();
    }
}
