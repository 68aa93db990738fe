package dev.caravan.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The file is found, read, and overridden by the environment")
class ConfigLoaderTest {

    @TempDir
    Path base;

    private Path write(String name, String yaml) throws IOException {
        Path file = base.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, yaml);
    }

    private ConfigException fail(Map<String, String> environment) {
        return assertThrows(ConfigException.class, () -> Configs.loader(environment, base).load());
    }

    @Test
    void caravanYamlOfTheBaseDirectoryIsRead() throws IOException {
        Path file = write("caravan.yaml", Configs.PROVIDERS);
        CaravanConfig config = CaravanConfig.load(Environment.of(Map.of()), base);
        assertEquals(List.of("local"), List.copyOf(config.providers().keySet()));
        assertEquals(new ConfigSource(file, List.of()), config.source());
        assertEquals(file.toString(), config.source().describe());
    }

    @Test
    void caravanConfigNamesAnotherFileRelativeToTheBaseDirectory() throws IOException {
        write("caravan.yaml", "providers: {}");
        Path file = write("other/gateway.yaml", Configs.PROVIDERS);
        CaravanConfig config = Configs.loader(Map.of("CARAVAN_CONFIG", "other/gateway.yaml"), base).load();
        assertEquals(file, config.source().file());
        assertEquals(file + " (with CARAVAN_CONFIG)", config.source().describe());
        assertEquals(file, Configs.loader(Map.of("CARAVAN_CONFIG", file.toString()), base).load().source().file());
    }

    @Test
    void anEmptyVariableIsNone() throws IOException {
        write("caravan.yaml", Configs.PROVIDERS);
        CaravanConfig config = Configs
                .loader(Map.of("CARAVAN_CONFIG", "", "CARAVAN_HOST", "", "CARAVAN_PORT", ""), base)
                .load();
        assertEquals("127.0.0.1", config.server().host());
        assertEquals(7777, config.server().port());
        assertEquals(List.of(), config.source().variables());
    }

    @Test
    void hostAndPortOfTheEnvironmentWin() throws IOException {
        write("caravan.yaml", "server: { host: 127.0.0.1, port: 1 }\nkeys: [abcdefgh]\n" + Configs.PROVIDERS);
        CaravanConfig config = Configs.loader(Map.of("CARAVAN_HOST", "0.0.0.0", "CARAVAN_PORT", "0"), base).load();
        assertEquals("0.0.0.0", config.server().host());
        assertEquals(0, config.server().port());
        assertEquals(List.of("CARAVAN_HOST", "CARAVAN_PORT"), config.source().variables());
    }

    @Test
    void aHostOfTheEnvironmentOnThisMachineMakesUpForOneBeyond() throws IOException {
        write("caravan.yaml", "server: { host: 0.0.0.0 }\n" + Configs.PROVIDERS);
        assertEquals("::1", Configs.loader(Map.of("CARAVAN_HOST", "::1"), base).load().server().host());
    }

    @Test
    void noFileIsAnErrorThatSaysWhereItWasLookedFor() {
        Path file = base.resolve("caravan.yaml");
        assertEquals(
                file + ": not found; looked for " + file.toAbsolutePath() + ". Start in the directory that holds it, "
                        + "or name a file in CARAVAN_CONFIG",
                fail(Map.of()).getMessage());
    }

    @Test
    void theOtherEndingIsPointedOut() throws IOException {
        write("caravan.yml", Configs.PROVIDERS);
        Path file = base.resolve("caravan.yaml");
        assertEquals(file + ": not found; looked for " + file + ". There is a caravan.yml: rename it",
                fail(Map.of()).getMessage());
    }

    @Test
    void aFileThatTheEnvironmentNamesHasToBeThere() throws IOException {
        write("caravan.yaml", Configs.PROVIDERS);
        assertEquals("environment: CARAVAN_CONFIG: names " + base.resolve("none.yaml") + ", which does not exist",
                fail(Map.of("CARAVAN_CONFIG", "none.yaml")).getMessage());
        assertEquals("environment: CARAVAN_CONFIG: is not the name of a file",
                fail(Map.of("CARAVAN_CONFIG", "a\0b")).getMessage());
    }

    @Test
    void aDirectoryIsNoFile() throws IOException {
        Files.createDirectory(base.resolve("caravan.yaml"));
        assertEquals(base.resolve("caravan.yaml") + ": cannot be read: it is a directory", fail(Map.of()).getMessage());
    }

    @Test
    void aFileOfMoreThanAMegabyteIsRefused() throws IOException {
        write("caravan.yaml", Configs.PROVIDERS + "#".repeat(1 << 20));
        assertEquals(base.resolve("caravan.yaml") + ": larger than 1MB, which no configuration is",
                fail(Map.of()).getMessage());
    }

    @Test
    void aFileOfAMegabyteIsRead() throws IOException {
        write("caravan.yaml", Configs.PROVIDERS + "#".repeat((1 << 20) - Configs.PROVIDERS.length()));
        assertEquals(1, Configs.loader(Map.of(), base).load().providers().size());
    }

    @Test
    void theFileIsUtf8() throws IOException {
        Files.write(base.resolve("caravan.yaml"),
                "server:\n  host: \"schlüssel\"\n".getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(base.resolve("caravan.yaml") + ":2:14: not UTF-8: save the file in that encoding",
                fail(Map.of()).getMessage());
    }

    @Test
    void aByteOrderMarkAndOtherLineEndsAreRead() throws IOException {
        write("caravan.yaml", "\uFEFF" + Configs.PROVIDERS.replace("\n", "\r\n"));
        assertEquals(1, Configs.loader(Map.of(), base).load().providers().size());
    }

    @Test
    void mistakesNameTheFileAsItWasNamed() throws IOException {
        Path file = write("gateway.yaml", "server: x\n" + Configs.PROVIDERS);
        String message = fail(Map.of("CARAVAN_CONFIG", "./gateway.yaml")).getMessage();
        assertTrue(message.startsWith(file + ":1:9: server: "), message);
    }

    @Test
    void directoriesOfCommandsAreRelativeToTheFile() throws IOException {
        Files.createDirectories(base.resolve("conf/models"));
        write("conf/caravan.yaml", """
            providers:
              a: { dialect: exec, command: [x], working-directory: models }
              b: { dialect: exec, command: [x] }
            """);
        Map<String, Provider> providers = Configs.loader(Map.of("CARAVAN_CONFIG", "conf/caravan.yaml"), base).load()
                .providers();
        assertEquals(base.resolve("conf/models"), ((ExecProvider) providers.get("a")).workingDirectory());
        assertEquals(base.resolve("conf"), ((ExecProvider) providers.get("b")).workingDirectory());
    }
}
