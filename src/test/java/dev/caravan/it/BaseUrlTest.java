package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The address of the gateway that replies tell, as its client reaches it. */
class BaseUrlTest extends GatewayTest {
    @BeforeAll
    void addDoor() throws Exception {
        addDoor(gateway);
    }

    private static void addDoor(GatewayUnderTest gateway) throws Exception {
        gateway.context().addRoutes(new Door() {
            @Override
            public void configure() {
                open("/base", "GET").process("caravanReadBaseUrl").removeHeaders("*")
                        .setBody(exchangeProperty("caravanBaseUrl")).process("caravanSendReply");
            }
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', textBlock = """
        host: localhost:7777 > http://localhost:7777
        host: llm.example > http://llm.example
        host: [::1]:7777 > http://[::1]:7777
        host: a|x-forwarded-proto: https > https://a
        host: inner:1|x-forwarded-host: llm.example:8443|x-forwarded-proto: HTTPS > https://llm.example:8443
        host: a|x-forwarded-host: b|x-forwarded-proto: http > http://b
        host: a|x-forwarded-host: first , second|x-forwarded-proto: https,http > https://first
        host: a|x-forwarded-proto: javascript > http://a
        host: a|x-forwarded-host: b/c > http://a
        host: a|x-forwarded-host: u@b > http://a
        host: a|x-forwarded-host: b:123456 > http://a
        host: a|x-forwarded-host: b"c > http://a
        host: a|x-forwarded-host: > http://a""")
    void asTheRequestSays(String headers, String url) throws IOException {
        String head = "GET /base HTTP/1.1\r\n" + headers.replace("|", "\r\n") + "\r\n\r\n";
        assertEquals(url, RawClient.exchange(gateway.port(), head).text());
    }

    @Test
    void aClientThatNamesNoHost() throws IOException {
        try (RawClient client = gateway.connect()) {
            assertEquals("http://127.0.0.1:" + gateway.port(),
                    client.send("GET /base HTTP/1.0\r\n\r\n").reply().text());
        }
    }

    @Test
    void asItIsConfigured() throws Exception {
        try (GatewayUnderTest other = GatewayUnderTest.start(
                "server: { public-url: \"https://llm.example/team/\" }\n" + config().replace("%s", upstream.url()))) {
            addDoor(other);
            assertEquals("https://llm.example/team", RawClient
                    .exchange(other.port(), "GET /base HTTP/1.1\r\nhost: a\r\nx-forwarded-host: b\r\n\r\n").text());
        }
    }
}
