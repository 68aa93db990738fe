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
import java.util.Optional;
import java.util.StringJoiner;

/** Whether the configured address can be listened on, or Caravan listens there already. */
final class AddressCheck {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final int FIRST_UNPRIVILEGED = 1024;
    private static final int LONGEST_QUOTE = 300;
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
            Optional<JsonNode> health = server.port() == 0
                    ? Optional.empty()
                    : ofCaravan(GatewayUrl.of(server.host(), server.port()));
            if (health.isPresent()) {
                return running("Caravan listens on " + address + " already", health.get().path("workers"));
            }
            String advice = server.port() < FIRST_UNPRIVILEGED
                    ? OTHER_PORT + "; ports below " + FIRST_UNPRIVILEGED + " need rights of their own"
                    : OTHER_PORT;
            return Finding.problem(address + " cannot be listened on: " + e.getMessage(), advice);
        }
    }

    /** What it tells of the processes that it keeps. */
    private static Finding running(String listens, JsonNode workers) {
        StringBuilder text = new StringBuilder(listens);
        StringJoiner failures = new StringJoiner("; ");
        workers.fields().forEachRemaining(pool -> {
            JsonNode state = pool.getValue();
            text.append("; ").append(TerminalText.line(pool.getKey(), LONGEST_QUOTE)).append(": ")
                    .append(state.path("ready").asInt()).append(" processes ready, ")
                    .append(state.path("starting").asInt()).append(" starting, ")
                    .append(state.path("running").asInt()).append(" requests running, ")
                    .append(state.path("waiting").asInt()).append(" waiting");
            if (state.has("failure")) {
                failures.add(TerminalText.line(state.path("failure").asText(), LONGEST_QUOTE));
            }
        });
        return failures.length() == 0
                ? Finding.ok(text.toString())
                : Finding.warning(text.toString(), "the last process could not start: " + failures);
    }

    /** {@code GET /health} of Caravan tells its status, its providers and the processes that it keeps; empty for another's. */
    private static Optional<JsonNode> ofCaravan(URI url) throws InterruptedException {
        try {
            HttpProbe.Reply reply = HttpProbe.get(URI.create(url + "/health"), Map.of(), PATIENCE);
            JsonNode health = new ObjectMapper().readTree(reply.body());
            boolean caravans = reply.headers().firstValue("request-id").isPresent()
                    && health.path("status").isTextual() && health.path("providers").isObject();
            return caravans ? Optional.of(health) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
