package dev.caravan.config;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads {@code server}, and the environment variables that win over it. */
final class ServerReader {

    private static final List<String> KEYS = List.of("host", "port", "cors", "max-body", "public-url");

    private static final String DEFAULT_HOST = "127.0.0.1";
    private static final int DEFAULT_PORT = 7777;
    private static final int MOST_PORT = 65535;
    private static final long DEFAULT_MAX_BODY = 32L << 20;
    private static final long MOST_MAX_BODY = 1L << 30;

    private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    // A host of digits and dots alone has to be a whole IPv4 address: "0" and "127.1" mean different addresses to
    // different programs.
    private static final Pattern HOST = Pattern.compile("(?![0-9.]+$)[A-Za-z0-9._-]+|" + BYTE + "(\\." + BYTE
            + "){3}|\\[?[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9._-]+)?\\]?");
    private static final String AN_ORIGIN = "an origin such as http://localhost:3000, or *";
    private static final Pattern ORIGIN = Pattern
            .compile("\\*|[A-Za-z][A-Za-z0-9+.-]*://[!-~&&[^/?#@*\\\\]]+");

    private final Reading reading;
    private final HostResolver resolver;

    ServerReader(Reading reading, HostResolver resolver) {
        this.reading = reading;
        this.resolver = resolver;
    }

    /**
     * @param open whether nobody needs a key, so that nobody but this machine may reach the server
     */
    ServerConfig read(Optional<ConfigNode> section, boolean open) {
        Optional<ConfigMap> server = section
                .flatMap(node -> node.mapping("a mapping of host, port, cors, max-body and public-url",
                        KEYS));
        String host = host(server.flatMap(map -> map.get("host")), open);
        int port = port(server.flatMap(map -> map.get("port")));
        List<String> cors = server.flatMap(map -> map.get("cors")).map(this::origins).orElse(List.of());
        long maxBody = server.flatMap(map -> map.get("max-body")).flatMap(node -> node.size(MOST_MAX_BODY))
                .orElse(DEFAULT_MAX_BODY);
        Optional<URI> publicUrl = server.flatMap(map -> map.get("public-url"))
                .flatMap(node -> BaseUrl.read(node, Dialect.ANTHROPIC));
        return new ServerConfig(host, port, cors, maxBody, publicUrl);
    }

    private String host(Optional<ConfigNode> node, boolean open) {
        Optional<String> ofVariable = reading.environment().get(ConfigLoader.HOST_VARIABLE);
        Optional<String> ofFile = node.flatMap(value -> value.text("a host name or IP address")
                .flatMap(host -> checked(host, value.shown(host), value::problem)));
        if (ofVariable.isPresent()) {
            Consumer<String> problem = variableProblem(ConfigLoader.HOST_VARIABLE);
            Optional<String> host = checked(ofVariable.get(), "something else", problem);
            host.filter(valid -> open).ifPresent(valid -> requireLoopback(valid, problem));
            return host.orElse(DEFAULT_HOST);
        }
        ofFile.filter(valid -> open).ifPresent(valid -> requireLoopback(valid, node.orElseThrow()::problem));
        return ofFile.orElse(DEFAULT_HOST);
    }

    private Consumer<String> variableProblem(String variable) {
        return message -> reading.problems().addVariable(variable, message);
    }

    private static Optional<String> checked(String host, String shown, Consumer<String> problem) {
        if (!HOST.matcher(host).matches() || host.startsWith("[") != host.endsWith("]")) {
            problem.accept("expected a host name or IP address, without a scheme or port, found " + shown);
            return Optional.empty();
        }
        return Optional.of(host.startsWith("[") ? host.substring(1, host.length() - 1) : host);
    }

    private void requireLoopback(String host, Consumer<String> problem) {
        try {
            if (!Stream.of(resolver.resolve(host)).allMatch(InetAddress::isLoopbackAddress)) {
                problem.accept(
                        "other machines could reach Caravan at this address, and `keys` is empty, so that nobody "
                                + "would need a key; add one to `keys`, or listen on 127.0.0.1");
            }
        } catch (UnknownHostException e) {
            problem.accept("this host has no address here, so that it cannot be listened on");
        }
    }

    private int port(Optional<ConfigNode> node) {
        int ofFile = node.flatMap(value -> value.integer(0, MOST_PORT)).orElse(DEFAULT_PORT);
        Optional<String> ofVariable = reading.environment().get(ConfigLoader.PORT_VARIABLE);
        if (ofVariable.isEmpty()) {
            return ofFile;
        }
        Optional<Integer> port = ConfigNode.integer(ofVariable.get(), 0, MOST_PORT);
        if (port.isEmpty()) {
            variableProblem(ConfigLoader.PORT_VARIABLE)
                    .accept("expected a whole number from 0 to " + MOST_PORT + ", found something else");
        }
        return port.orElse(ofFile);
    }

    private List<String> origins(ConfigNode node) {
        return node.list("a list of origins such as http://localhost:3000").stream()
                .flatMap(item -> origin(item).stream())
                .distinct().toList();
    }

    private Optional<String> origin(ConfigNode node) {
        return node.text(AN_ORIGIN).flatMap(origin -> {
            if (ORIGIN.matcher(origin).matches()) {
                return Optional.of(origin.toLowerCase(Locale.ROOT));
            }
            String hint = origin.contains("*")
                    ? " (`*` stands alone, for every origin)"
                    : origin.endsWith("/") ? " (without the `/` at the end)" : "";
            node.expected(AN_ORIGIN + hint);
            return Optional.empty();
        });
    }
}
