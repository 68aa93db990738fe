package dev.caravan.http;

import dev.caravan.config.CaravanConfig;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.Text;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;

/**
 * Answers what no other door took: a CORS preflight, a known path with another method (405), an unknown path (404). Which paths
 * and methods there are it asks the routes, so that one that is added needs no word here.
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
        Set<String> allowed = methods(exchange.getContext(), path);
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

    /** From the routes, not from the component, which keeps one endpoint for each path. */
    private static Set<String> methods(CamelContext context, String path) {
        Set<String> methods = new TreeSet<>();
        for (Route route : context.getRoutes()) {
            if (route.getEndpoint() instanceof PlatformHttpEndpoint door && door.getHttpMethodRestrict() != null
                    && isAt(door, path)) {
                methods.addAll(Arrays.asList(door.getHttpMethodRestrict().split(",")));
            }
        }
        return methods;
    }

    /** Whether the path is the door's own, or below it, or made from it by an id in the place of {@code {id}}. */
    private static boolean isAt(PlatformHttpEndpoint door, String path) {
        if (door.isMatchOnUriPrefix()) {
            return path.startsWith(door.getPath());
        }
        String[] wanted = door.getPath().split("/", -1);
        String[] given = path.split("/", -1);
        return wanted.length == given.length && IntStream.range(0, wanted.length)
                .allMatch(i -> wanted[i].startsWith("{") ? !given[i].isEmpty() : wanted[i].equals(given[i]));
    }
}
