package dev.caravan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.config.ServerConfig;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a client finds the gateway. */
final class GatewayUrlTest {
    @ParameterizedTest
    @CsvSource({"127.0.0.1,http://127.0.0.1:7777", "0.0.0.0,http://127.0.0.1:7777", "::,http://127.0.0.1:7777",
            "0:0:0:0:0:0:0:0,http://127.0.0.1:7777", "::0.0.0.0,http://127.0.0.1:7777",
            "::FFFF:0.0.0.0,http://127.0.0.1:7777", "::1,http://[::1]:7777", "2001:db8::,http://[2001:db8::]:7777",
            "10.0.0.0,http://10.0.0.0:7777", "::ffff:127.0.0.1,http://[::ffff:127.0.0.1]:7777",
            "fe80::1%eth0,http://[fe80::1%25eth0]:7777",
            "gateway.example,http://gateway.example:7777"})
    void isTheConfiguredAddressAsSeenFromThisMachine(String host, String url) {
        assertEquals(url,
                GatewayUrl.of(new ServerConfig(host, 7777, List.of(), 1, Optional.empty())).orElseThrow().toString());
    }

    @Test
    void anyFreePortIsNoAddress() {
        assertEquals(Optional.empty(), GatewayUrl.of(new ServerConfig("127.0.0.1", 0, List.of(), 1, Optional.empty())));
    }

    @Test
    void aSlashAtTheEndDoesNotMatter() {
        assertEquals("https://gateway.example/llm", GatewayUrl.parse(" https://gateway.example/llm// ").toString());
    }
}
