package dev.caravan.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is to be pasted works. */
final class BannerTest {
    @ParameterizedTest
    @CsvSource({"127.0.0.1,http://127.0.0.1:4711", "'::',http://127.0.0.1:4711", "0.0.0.0,http://127.0.0.1:4711",
            "'[::1]',http://[::1]:4711", "localhost,http://localhost:4711"})
    void tellsWhereTheGatewayIsReached(String host, String url) {
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        Banner.print(Configurations.read("""
            server: { host: "%s", port: 0 }
            keys: [a-key-of-a-client]
            providers: { local: { dialect: openai, base-url: "http://127.0.0.1:1/v1" } }
            """.formatted(host)), 4711, new PrintStream(told, true, StandardCharsets.UTF_8));
        String banner = told.toString(StandardCharsets.UTF_8);
        assertTrue(banner.contains("serves the Messages API at " + url + "\n"), banner);
        assertTrue(banner.contains("ANTHROPIC_BASE_URL=" + url + " "), banner);
    }
}
