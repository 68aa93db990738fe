package dev.caravan.routes;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.config.CaravanConfig;
import dev.caravan.config.Provider;
import dev.caravan.config.UnavailableProvider;
import dev.caravan.exec.PoolStatus;
import dev.caravan.exec.WorkerFacts;
import dev.caravan.exec.WorkerPools;
import dev.caravan.message.MessageJson;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
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
 *
 * <p>
 * {@code /health/ready} is 503 and {@code "loading"}, too, while every provider that is in use keeps processes and none of those
 * is ready: then there is nobody who could answer. As long as there is another provider, Caravan is ready while one loads. It and
 * {@code /health} tell how the kept processes are.
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
        List<PoolStatus> pools = pools(context);
        boolean started = context.getStatus() == ServiceStatus.Started && stoppedRoutes(context).isEmpty();
        boolean ready = path.endsWith("/ready");
        boolean loading = ready && started && nobodyCanAnswer(pools);
        boolean live = path.endsWith("/live") || path.equals("/");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, started && !loading || live ? 200 : 503);
        message.setBody(MessageJson.write(out -> {
            String state = loading ? "loading" : context.getStatus().name().toLowerCase(Locale.ROOT);
            out.writeStringField("status", started && !loading ? "up" : state);
            if (path.equals("/health")) {
                providers(out);
            }
            if (ready || path.equals("/health")) {
                workers(pools, out);
            }
        }));
    }

    private static List<PoolStatus> pools(CamelContext context) {
        WorkerPools pools = context.hasService(WorkerPools.class);
        return pools == null ? List.of() : pools.status();
    }

    private boolean nobodyCanAnswer(List<PoolStatus> pools) {
        Set<String> loading = pools.stream().filter(pool -> pool.min() > 0 && pool.ready() + pool.draining() == 0)
                .map(PoolStatus::provider).collect(Collectors.toSet());
        return !loading.isEmpty()
                && config.providers().values().stream().filter(provider -> !(provider instanceof UnavailableProvider))
                        .allMatch(provider -> loading.contains(provider.name()));
    }

    private void providers(JsonGenerator out) throws IOException {
        out.writeObjectFieldStart("providers");
        for (Provider provider : config.providers().values()) {
            String state = provider instanceof UnavailableProvider unavailable
                    ? "unavailable: " + unavailable.reason()
                    : "configured";
            out.writeStringField(provider.name(), state);
        }
        out.writeEndObject();
    }

    private static void workers(List<PoolStatus> pools, JsonGenerator out) throws IOException {
        if (pools.isEmpty()) {
            return;
        }
        out.writeObjectFieldStart("workers");
        for (PoolStatus pool : pools) {
            out.writeObjectFieldStart(pool.provider());
            out.writeNumberField("starting", pool.starting());
            out.writeNumberField("ready", pool.ready());
            out.writeNumberField("draining", pool.draining());
            out.writeNumberField("running", pool.running());
            out.writeNumberField("waiting", pool.waiting());
            facts(pool.facts(), out);
            if (!pool.failure().isEmpty()) {
                out.writeStringField("failure", pool.failure());
            }
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    private static void facts(WorkerFacts facts, JsonGenerator out) throws IOException {
        if (facts.contextLength().isPresent()) {
            out.writeNumberField("context_length", facts.contextLength().getAsLong());
        }
        if (facts.tools().isPresent()) {
            out.writeBooleanField("tools", facts.tools().get());
        }
        if (facts.thinking().isPresent()) {
            out.writeBooleanField("thinking", facts.thinking().get());
        }
    }

    private static List<String> stoppedRoutes(CamelContext context) {
        return context.getRoutes().stream().map(Route::getRouteId)
                .filter(id -> !context.getRouteController().getRouteStatus(id).isStarted()).toList();
    }
}
