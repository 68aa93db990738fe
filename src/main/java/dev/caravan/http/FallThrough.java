package dev.caravan.http;

import dev.caravan.config.CaravanConfig;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.Text;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.HttpEndpointModel;
import org.apache.camel.component.platform.http.PlatformHttpComponent;

/**
 * Answers what no other door took: a CORS preflight, a known path with another method (405), an unknown path (404). Which paths
 * and methods there are it asks the platform-http endpoints, so that a route that is added needs no word here.
 */
public final class FallThrough implements Processor {
    private final Cors cors;

    public FallThrough(CaravanConfig config) {
        this.cors = new Cors(config);
    }

    /**
     * @throws ApiException 403, 404 or 405
     */
    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        HttpReply reply = exchange.getProperty(HttpReply.PROPERTY, HttpReply.class);
        String path = message.getHeader(Exchange.HTTP_PATH, "/", String.class);
        String method = message.getHeader(Exchange.HTTP_METHOD, "", String.class);
        Set<String> allowed = methods(exchange.getContext().getComponent("platform-http", PlatformHttpComponent.class),
                path);
        if (allowed.isEmpty()) {
            throw new ApiException(ErrorType.NOT_FOUND_ERROR, "there is nothing at " + Text.excerpt(path));
        }
        if (method.equals("OPTIONS")) {
            preflight(reply, allowed);
            message.setHeader(Exchange.HTTP_RESPONSE_CODE, 204);
            message.setBody(new byte[0]);
            return;
        }
        throw new ApiException(405, ErrorType.INVALID_REQUEST_ERROR,
                Text.excerpt(path) + " does not take " + Text.excerpt(method) + "; it takes "
                        + String.join(", ", allowed))
                .header("allow", String.join(", ", allowed));
    }

    private void preflight(HttpReply reply, Set<String> allowed) {
        Map<String, String> headers = reply.call().getReplyHeaders();
        String asked = reply.request().getHeader("access-control-request-method");
        if (asked == null) {
            headers.put("allow", String.join(", ", allowed));
            return;
        }
        if (!cors.allows(reply.request().getHeader("origin"))) {
            throw new ApiException(ErrorType.PERMISSION_ERROR, "this origin is not among those of server.cors");
        }
        headers.put("access-control-allow-methods", String.join(", ", allowed));
        String wanted = reply.request().getHeader("access-control-request-headers");
        if (wanted != null && wanted.length() < 2_000) {
            headers.put("access-control-allow-headers", wanted);
        }
        headers.put("access-control-max-age", "600");
    }

    private static Set<String> methods(PlatformHttpComponent http, String path) {
        Set<String> methods = new TreeSet<>();
        for (HttpEndpointModel endpoint : http.getHttpEndpoints()) {
            String verbs = endpoint.getVerbs();
            boolean here = endpoint.getUri().equals(path)
                    || endpoint.getUri().length() > 1 && endpoint.getUri().endsWith("/")
                            && path.startsWith(endpoint.getUri());
            if (here && verbs != null) {
                methods.addAll(Arrays.asList(verbs.split(",")));
            }
        }
        return methods;
    }
}
