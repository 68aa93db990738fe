package dev.caravan.it;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** A gateway with queued work, one scripted upstream, and several keys: a test that lists batches has a key of its own. */
abstract class BatchTest extends GatewayTest {
    static final String KEY = "client-key-0123456789";
    static final String OTHER_KEY = "another-key-0123456789";
    static final String LISTING_KEY = "listing-key-0123456789";
    static final String ADMIN_KEY = "operator-key-0123456789";
    /** How often a request is tried that fails in a way that may pass. */
    static final int ATTEMPTS = 3;

    private static final String BATCHES = "/v1/messages/batches";

    @TempDir
    static Path directory;

    @Override
    protected String config() {
        return """
            queue:
              directory: "%d"
              attempts: 3
              redelivery: { delay: 20ms, most: 100ms }
              lanes: { http: { consumers: 4 } }
            keys:
              - { name: one, key: client-key-0123456789 }
              - { name: two, key: another-key-0123456789 }
              - { name: three, key: listing-key-0123456789 }
              - { name: operator, key: operator-key-0123456789, admin: true }
            providers:
              up: { dialect: anthropic, base-url: "%s", api-key: upstream-key-0123456789 }
              gpt: { dialect: openai, base-url: "%s/v1" }
            models:
              - { match: alias, to: "gpt/gpt-up" }
              - { match: "claude-*", to: "up/{model}" }
            """.replace("%d", directory.toString());
    }

    @Override
    protected List<String> secrets() {
        List<String> secrets = new ArrayList<>(super.secrets());
        secrets.addAll(List.of(KEY, OTHER_KEY, LISTING_KEY, ADMIN_KEY));
        return secrets;
    }

    /** The client that has the key. */
    final BatchClient client(String key) {
        return new BatchClient(gateway.port(), key);
    }

    static String path(String id) {
        return BATCHES + "/" + id;
    }

    /** An element of a batch. */
    static String request(String customId, String params) {
        return "{\"custom_id\":\"" + customId + "\",\"params\":" + params + "}";
    }

    /** The whole body of a batch. */
    static String batch(String... requests) {
        return "{\"requests\":[" + String.join(",", requests) + "]}";
    }

    /** Every request for this model is a call that the upstream never answers; the others it answers at once. */
    final void holds(String model) {
        upstream.script(call -> {
            if (call.request().text().contains("\"" + model + "\"")) {
                call.awaitClientClosed();
            } else {
                Wire.answer(call);
            }
        });
    }
}
