package dev.caravan.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/** Reads the base URL of a provider, or of Caravan itself. Its messages do not quote it, since a mistaken one may hold a credential. */
final class BaseUrl {

    private static final int MOST_PORT = 65535;

    private BaseUrl() {}

    static Optional<URI> read(ConfigNode node, Dialect dialect) {
        return node.asSecret().text("a URL as text").flatMap(text -> {
            try {
                URI url = new URI(text);
                Optional<String> fault = fault(url).or(() -> wrongEnd(url, dialect));
                fault.ifPresent(node::problem);
                return fault.isPresent() ? Optional.empty() : Optional.of(URI.create(text.replaceFirst("/+$", "")));
            } catch (URISyntaxException e) {
                node.problem("not a URL: " + e.getReason().toLowerCase(java.util.Locale.ROOT) + " (character "
                        + (e.getIndex() + 1) + ")");
                return Optional.empty();
            }
        });
    }

    private static Optional<String> fault(URI url) {
        if (!"http".equalsIgnoreCase(url.getScheme()) && !"https".equalsIgnoreCase(url.getScheme())) {
            return Optional.of("expected a URL that begins with http:// or https://");
        }
        if (url.getRawUserInfo() != null || url.getRawAuthority() != null && url.getRawAuthority().contains("@")) {
            return Optional.of("a URL with a user or a password in it; use `api-key` or `headers`");
        }
        if (url.getHost() == null || url.getPort() > MOST_PORT || url.getPort() == 0) {
            return Optional
                    .of("expected a host after `//`: letters, digits, `.` and `-` (no `_`), then perhaps `:` and a "
                            + "port up to " + MOST_PORT);
        }
        if (url.getRawQuery() != null) {
            return Optional.of("a URL with a query (`?`), which would be lost");
        }
        if (url.getRawFragment() != null) {
            return Optional.of("a URL with a fragment (`#`), which would be lost");
        }
        if (!survives(url)) {
            return Optional.of("a path with an escape that would be decoded on the way to the provider, such as `%2F`; "
                    + "only what no URL can hold otherwise may be escaped, in UTF-8, such as `%20`");
        }
        return Optional.empty();
    }

    /**
     * Camel's HTTP component decodes the path and encodes it anew. Reserved characters such as "/" stay decoded; so do these, which
     * then cut the path or are no URL.
     */
    private static boolean survives(URI url) {
        if (url.getPath().chars().anyMatch(c -> "?#[]".indexOf(c) >= 0)) {
            return false;
        }
        try {
            URI sent = new URI(url.getScheme(), null, url.getHost(), url.getPort(), url.getPath(), null, null);
            return sent.toASCIIString().equalsIgnoreCase(url.toASCIIString());
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static Optional<String> wrongEnd(URI url, Dialect dialect) {
        String path = url.getRawPath().replaceFirst("/+$", "");
        return switch (dialect) {
            case OPENAI -> path.endsWith("/chat/completions")
                    ? Optional.of("leave out /chat/completions at the end; Caravan adds it")
                    : Optional.empty();
            case ANTHROPIC -> path.endsWith("/v1/messages")
                    ? Optional.of("leave out /v1/messages at the end; Caravan adds it")
                    : path.endsWith("/v1")
                            ? Optional.of("leave out /v1 at the end; Caravan adds /v1/messages")
                            : Optional.empty();
            case OLLAMA -> path.endsWith("/api/chat") || path.endsWith("/api")
                    ? Optional.of("leave out /api at the end; Caravan adds /api/chat")
                    : path.endsWith("/v1")
                            ? Optional.of("leave out /v1 at the end, which is Ollama's OpenAI face; Caravan adds "
                                    + "/api/chat")
                            : Optional.empty();
            case BEDROCK -> path.endsWith("/model")
                    ? Optional.of("leave out /model at the end; Caravan adds it")
                    : Optional.empty();
            case GEMINI -> path.matches(".*/v1(beta)?(/models)?")
                    ? Optional.of("leave out what begins with /v1 at the end; Caravan adds /v1beta/models/…")
                    : Optional.empty();
            case EXEC -> Optional.empty();
        };
    }
}
