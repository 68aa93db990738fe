package dev.caravan.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("caravan.yaml and docs/configuration.md are valid as they are")
class DefaultConfigTest {

    private static final Pattern YAML_BLOCK = Pattern.compile("(?ms)^```yaml\\n(.*?)^```$");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_]+)\\}");

    private static String defaultFile() throws IOException {
        return Files.readString(YamlJson.TOP.resolve("caravan.yaml"));
    }

    private static String documentation() throws IOException {
        return Files.readString(YamlJson.TOP.resolve("docs/configuration.md"));
    }

    @Test
    void theDefaultFileNeedsNoEnvironment() {
        CaravanConfig config = Configs.loader(Map.of(), YamlJson.TOP).load();
        assertEquals(new ServerConfig("127.0.0.1", 7777, List.of(), 32 << 20, Optional.empty()), config.server());
        assertEquals(List.of(), config.keys());
        assertEquals(Timeouts.DEFAULT, config.timeouts());
        assertEquals(List.of("demo", "openai", "claude"), List.copyOf(config.providers().keySet()));
        assertEquals(
                List.of(Configs.JAVA.toString(), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp",
                        Configs.CLASSES.toString(), "dev.caravan.demo.DemoEngine"),
                assertInstanceOf(ExecProvider.class, config.providers().get("demo")).command());
        assertEquals(List.of("OPENAI_API_KEY"),
                assertInstanceOf(UnavailableProvider.class, config.providers().get("openai")).missingVariables());
        assertEquals(List.of("ANTHROPIC_API_KEY"),
                assertInstanceOf(UnavailableProvider.class, config.providers().get("claude")).missingVariables());
        assertEquals(List.of(new ModelRule("claude-*", "demo", "demo"), new ModelRule("*", "demo", "demo")),
                config.models());
    }

    @Test
    void withKeysTheOthersAreThere() {
        CaravanConfig config = Configs
                .loader(Map.of("OPENAI_API_KEY", "sk-1", "ANTHROPIC_API_KEY", "sk-2"), YamlJson.TOP)
                .load();
        assertEquals(Optional.of(Secret.of("sk-1")),
                assertInstanceOf(OpenAiProvider.class, config.providers().get("openai")).endpoint().apiKey());
        assertEquals(Optional.of(Secret.of("sk-2")),
                assertInstanceOf(AnthropicProvider.class, config.providers().get("claude")).endpoint().apiKey());
    }

    @Test
    void theDefaultFileIsValidForEditors() throws IOException {
        assertEquals(Set.of(), YamlJson.validate(YamlJson.schema(), defaultFile()));
        assertTrue(defaultFile().startsWith("# yaml-language-server: $schema=./caravan.schema.json\n"));
    }

    @Test
    void whatIsCommentedOutInItIsValidToo() throws IOException {
        // A line that is commented out begins with # and its own indentation, prose with # and one space.
        String all = defaultFile().lines().map(line -> line.startsWith("#  ") ? line.substring(1) : line)
                .collect(Collectors.joining("\n")).replace("keys: []", "keys:");
        Map<String, String> environment = Stream.of("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "OPENROUTER_API_KEY",
                "GROQ_API_KEY", "CARAVAN_KEY", "BUILD_SERVER_KEY")
                .collect(Collectors.toMap(name -> name, name -> name));
        CaravanConfig config = Configs.read(all, environment);
        assertEquals(List.of("demo", "openai", "claude", "openrouter", "groq", "ollama", "local", "vllm"),
                List.copyOf(config.providers().keySet()));
        assertEquals(List.of("key-1", "build-server"), config.keys().stream().map(ClientKey::name).toList());
        assertEquals(4, config.models().size());
        assertEquals(Set.of(), YamlJson.validate(YamlJson.schema(), all));
    }

    @ParameterizedTest
    @MethodSource
    void everyExampleOfTheDocumentationIsValid(String yaml) {
        Map<String, String> environment = VARIABLE.matcher(yaml).results().map(result -> result.group(1)).distinct()
                .collect(Collectors.toMap(name -> name, name -> "value-of-" + name));
        String document = yaml.contains("providers:") ? yaml : yaml + Configs.PROVIDERS;
        Configs.read(document, environment);
        assertEquals(Set.of(), YamlJson.validate(YamlJson.schema(), document));
    }

    static Stream<String> everyExampleOfTheDocumentationIsValid() throws IOException {
        List<String> blocks = YAML_BLOCK.matcher(documentation()).results().map(result -> result.group(1)).toList();
        assertTrue(blocks.size() >= 5, "found " + blocks.size() + " examples");
        return blocks.stream();
    }

    @Test
    void everyPresetIsDocumentedAndInTheSchema() throws IOException {
        List<String> presets = List.copyOf(Presets.byName().keySet());
        List<String> documented = Pattern.compile("(?m)^\\| `([a-z-]+)` \\| `[^`]+/v1`|^\\| `(deepseek)` \\|")
                .matcher(documentation()).results()
                .map(row -> row.group(1) == null ? row.group(2) : row.group(1)).toList();
        assertEquals(presets, documented);
        List<String> described = new java.util.ArrayList<>();
        YamlJson.schemaDocument().at("/definitions/openaiProvider/properties/preset/anyOf/0/enum")
                .forEach(name -> described.add(name.textValue()));
        assertEquals(presets, described);
    }

    @Test
    void everyKeyIsDocumented() throws IOException {
        String documentation = documentation();
        Set<String> keys = YamlJson.schemaProperties().keySet().stream()
                .map(path -> path.substring(path.lastIndexOf('/') + 1)).collect(Collectors.toSet());
        assertTrue(keys.contains("premature-end"), keys.toString());
        assertEquals(Set.of(), keys.stream().filter(key -> !documentation.contains("`" + key + "`"))
                .collect(Collectors.toSet()));
    }
}
