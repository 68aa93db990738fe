package dev.caravan.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.config.ServerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.Map;

/** Whether the configured address can be listened on, or Caravan listens there already. */
final class AddressCheck {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final int FIRST_UNPRIVILEGED = 1024;
    private static final String OTHER_PORT = "choose another port: server.port, or CARAVAN_PORT";

    private AddressCheck() {}

    static Finding of(ServerConfig server) throws InterruptedException {
        String address = server.host() + ":" + server.port();
        InetAddress host;
        try {
            host = InetAddress.getByName(server.host());
        } catch (IOException e) {
            return Finding.problem(server.host() + " has no address here", "set server.host to 127.0.0.1");
        }
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(host, server.port()));
            return Finding.ok(server.port() == 0 ? server.host() + ", any free port" : address + " is free");
        } catch (IOException e) {
            if (server.port() != 0 && isCaravan(GatewayUrl.of(server.host(), server.port()))) {
                return Finding.ok("Caravan listens on " + address + " already");
            }
            String advice = server.port() < FIRST_UNPRIVILEGED
                    ? OTHER_PORT + "; ports below " + FIRST_UNPRIVILEGED + " need rights of their own"
                    : OTHER_PORT;
            return Finding.problem(address + " cannot be listened on: " + e.getMessage(), advice);
        }
    }

    /** {@code GET /health} of Caravan tells its status and its providers. */
    private static boolean isCaravan(URI url) throws InterruptedException {
        try {
            HttpProbe.Reply reply = HttpProbe.get(URI.create(url + "/health"), Map.of(), PATIENCE);
            JsonNode health = new ObjectMapper().readTree(reply.body());
            return reply.headers().firstValue("request-id").isPresent() && health.path("status").isTextual()
                    && health.path("providers").isObject();
        } catch (IOException e) {
            return false;
        }
    }
}
