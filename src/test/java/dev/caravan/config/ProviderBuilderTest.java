package dev.caravan.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A provider built of settings")
class ProviderBuilderTest {

    private static Provider build(String settings, Map<String, String> environment) {
        ProviderBuilder builder = new ProviderBuilder(Environment.of(environment));
        builder.setName("mine");
        builder.setSettings(settings);
        return builder.build();
    }

    @Test
    void isTheOneThatCaravanYamlWouldHave() {
        String settings = """
            dialect: anthropic
            base-url: "http://127.0.0.1:8080/"
            api-key: "${KEY}"
            timeouts: { connect: 1s, idle: 2m }
            """;
        AnthropicProvider provider = assertInstanceOf(AnthropicProvider.class,
                build(settings, Map.of("KEY", "secret")));
        assertEquals(Configs.readProvider("mine:\n" + settings.indent(2), Map.of("KEY", "secret")), provider);
        assertEquals("mine", provider.name());
        assertEquals(URI.create("http://127.0.0.1:8080"), provider.endpoint().baseUrl());
        assertEquals(new Timeouts(Duration.ofSeconds(1), Duration.ofMinutes(2)), provider.endpoint().timeouts());
    }

    @Test
    void mayBeWrittenInOneLine() {
        ExecProvider provider = assertInstanceOf(ExecProvider.class,
                build("{ dialect: exec, command: [echo, \"a b\"] }", Map.of()));
        assertEquals(List.of("echo", "a b"), provider.command());
    }

    @Test
    void doesNotCareWhereCaravanWouldListen() {
        build("{ dialect: exec, command: [echo] }",
                Map.of("CARAVAN_HOST", "0.0.0.0", "CARAVAN_PORT", "x", "CARAVAN_CONFIG", "y"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "{ dialect: exce, command: [x] } | provider mine:1:12: providers.mine.dialect: unknown dialect \"exce\"; did you "
                    + "mean `exec`? Valid: exec, openai, anthropic, ollama, bedrock, gemini",
            "{ dialect: exec, command: [x], x: y } | provider mine:1:32: providers.mine.x: unknown key `x`. Valid:",
            "'' | provider mine: providers.mine: the key `dialect` is missing"})
    void tellsMistakesByTheLinesOfItsSettings(String settings, String message) {
        String told = assertThrows(ConfigException.class, () -> build(settings, Map.of())).getMessage();
        assertEquals(message, told.substring(0, Math.min(message.length(), told.length())));
    }

    @Test
    void tellsTheLineOfALongerText() {
        String told = assertThrows(ConfigException.class,
                () -> build("dialect: openai\nbase-url: \"ftp://x\"\n", Map.of())).getMessage();
        assertEquals("provider mine:2:11: providers.mine.base-url: expected a URL that begins with http:// or https://",
                told);
    }

    @Test
    void needsItsVariables() {
        String settings = "{ dialect: openai, base-url: \"http://x\", api-key: \"${OPENAI_API_KEY}\" }";
        assertEquals("provider mine: environment variable OPENAI_API_KEY is not set",
                assertThrows(ConfigException.class, () -> build(settings, Map.of())).getMessage());
    }
}
