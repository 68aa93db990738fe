package dev.caravan.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** The entries of a list that a gateway gives page by page, as the lists of the API are. Not thread-safe. */
final class Pages {
    private final GatewayClient gateway;
    private final String path;
    private final int size;
    private Iterator<JsonNode> page = List.<JsonNode>of().iterator();
    private Optional<String> lastId = Optional.empty();
    private boolean hasMore = true;

    /**
     * @param size how many entries are asked for at a time
     */
    Pages(GatewayClient gateway, String path, int size) {
        this.gateway = gateway;
        this.path = path;
        this.size = size;
    }

    /**
     * The next entry; empty at the end.
     *
     * @throws CommandFailure when the gateway does not give it
     */
    Optional<JsonNode> next() throws CommandFailure, InterruptedException {
        if (!page.hasNext() && hasMore) {
            fetch();
        }
        if (!page.hasNext()) {
            return Optional.empty();
        }
        JsonNode entry = page.next();
        lastId = Optional.of(entry.path("id").asText());
        return Optional.of(entry);
    }

    private void fetch() throws CommandFailure, InterruptedException {
        String after = lastId.map(id -> "&after_id=" + encoded(id)).orElse("");
        JsonNode answer = gateway.require(gateway.request(path + "?limit=" + size + after).build()).body();
        if (!answer.path("data").isArray()) {
            throw new CommandFailure(gateway.gateway() + " gave no list; is this Caravan?");
        }
        page = answer.path("data").elements();
        // A page that holds nothing, or the last entry again, would be asked for forever.
        hasMore = answer.path("has_more").asBoolean() && page.hasNext()
                && !lastId.equals(Optional.of(answer.path("data").path(0).path("id").asText()));
    }

    /** A part of a path or a query. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
