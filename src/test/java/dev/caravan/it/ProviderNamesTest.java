package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** A provider may have any name, those of Caravan's own routes and steps among them. */
class ProviderNamesTest extends GatewayTest {
    private static final String[] NAMES = {"messages", "models", "model", "generate", "failure", "silent",
            "unreachable",
            "fail-silent", "root", "health", "metrics", "count-tokens", "fall-through", "errors", "up", "provider-up",
            "anthropic-generate-up", "generate-up"};

    @Override
    protected String config() {
        StringBuilder yaml = new StringBuilder("providers:\n");
        for (String name : NAMES) {
            yaml.append("  ").append(name).append(": { dialect: anthropic, base-url: \"%s/").append(name)
                    .append("\" }\n");
        }
        return yaml.toString();
    }

    @Test
    void eachIsCalledByItsName() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        for (String name : NAMES) {
            upstream.reset();
            try (RawClient client = gateway.connect()) {
                assertEquals(Wire.MESSAGE, client.post("/v1/messages", Wire.request(name + "/x")).reply().text());
            }
            assertEquals("/" + name + "/v1/messages", upstream.call().request().path());
        }
    }

    @Test
    void caravansOwnDoorsAreThereAllTheSame() throws IOException {
        try (RawClient client = gateway.connect()) {
            assertTrue(client.get("/v1/models").reply().text().startsWith("{\"data\":[]"));
            assertEquals(200, client.get("/health").reply().status());
            assertEquals(200, client.get("/metrics").reply().status());
            assertEquals(404, client.get("/nothing").reply().status());
        }
    }
}
