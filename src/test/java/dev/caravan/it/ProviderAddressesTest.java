package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URI;
import org.junit.jupiter.api.Test;

/** A provider is called where its base URL says, whatever a URL's path may legally hold that means something to Camel. */
class ProviderAddressesTest extends GatewayTest {
    private static final String[] PATHS = {"", "/v1/openai", "/a(b)", "/RAW(a)", "/a&b=c", "/a;b=c", "/a,b", "/a+b",
            "/a%20b", "/a:b", "/a@b", "/a$b", "/a'b", "/a!b", "/a*b", "/a~b", "/%C3%A9", "/a%25b",
            "/a%22%3C%3E%5C%5E%60%7B%7C%7D"};

    @Override
    protected String config() {
        StringBuilder yaml = new StringBuilder("providers:\n");
        for (int i = 0; i < PATHS.length; i++) {
            yaml.append("  p").append(i).append(": { dialect: anthropic, base-url: \"%s")
                    .append(PATHS[i]).append("\" }\n");
        }
        return yaml.toString();
    }

    @Test
    void eachIsCalledAtItsPath() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        for (int i = 0; i < PATHS.length; i++) {
            upstream.reset();
            try (RawClient client = gateway.connect()) {
                assertEquals(Wire.MESSAGE, client.post("/v1/messages", Wire.request("p" + i + "/x")).reply().text());
            }
            // The same path may be spelled with other escapes.
            assertEquals(URI.create(PATHS[i] + "/v1/messages").getPath(),
                    URI.create(upstream.call().request().path()).getPath());
        }
    }
}
