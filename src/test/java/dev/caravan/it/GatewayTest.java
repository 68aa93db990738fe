package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;

/**
 * A gateway with one scripted upstream for the tests of a class. After every test it looks whether something was left behind: a
 * call that counts as active, or a secret in the log.
 */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(120)
abstract class GatewayTest {
    protected ScriptedUpstream upstream;
    protected GatewayUnderTest gateway;

    /** The configuration; {@code %s} in it stands for the upstream's address. */
    protected String config() {
        return """
            providers:
              up: { dialect: anthropic, base-url: "%s", api-key: upstream-key-0123456789 }
            models:
              - { match: "claude-*", to: "up/{model}" }
            """;
    }

    /** Camel properties for the gateway. */
    protected Map<String, String> properties() {
        return Map.of();
    }

    /** Words that must not be found in any log line. */
    protected List<String> secrets() {
        return List.of(Wire.PROMPT, Wire.ANSWER, Wire.UPSTREAM_KEY);
    }

    @BeforeAll
    void startGateway() {
        upstream = new ScriptedUpstream();
        gateway = GatewayUnderTest.start(config().replace("%s", upstream.url()), properties());
    }

    @AfterAll
    void stopGateway() throws IOException {
        gateway.close();
        upstream.close();
    }

    @BeforeEach
    void forget() {
        upstream.reset();
        gateway.log().clear();
    }

    @AfterEach
    void nothingIsLeftBehind() {
        gateway.awaitIdle();
        assertEquals(List.of(), upstream.faults(), "faults of the test's scripts");
        for (LogRecorder.Line line : gateway.log().lines()) {
            secrets().forEach(secret -> assertFalse(line.text().contains(secret),
                    () -> "a secret in the log of " + line.logger() + ": " + line.text()));
        }
    }

    /** The client left: the upstream was asked once, and then no more. */
    final void assertCancelled() {
        assertEquals(1, upstream.calls().size(), "nothing is tried again");
        Patience.await("the upstream's connection is closed")
                .until(() -> upstream.call().clientClosed().getCount() == 0);
        assertLoggedAsCancelled();
    }

    final void assertLoggedAsCancelled() {
        String line = gateway.log().accessLine();
        assertTrue(line.contains(" status=499 "), line);
        assertTrue(line.endsWith(" cancelled=true"), line);
        gateway.awaitIdle();
        assertEquals(List.of(), gateway.log().troubles(), "a client that leaves is no trouble");
    }
}
