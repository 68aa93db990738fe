package dev.caravan.cli;

import static dev.caravan.cli.ScriptedServer.reply;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code caravan doctor} as a whole, and its smaller checks. */
final class DoctorCommandTest {
    private static final String HEALTH = "{\"status\":\"up\",\"providers\":{\"local\":\"configured\"}}";

    @TempDir
    Path directory;

    private Cli.Result doctor(String yaml, String... arguments) {
        return new Cli(directory).config(yaml).doctor(arguments);
    }

    private static void assertHas(Cli.Result result, String line) {
        assertTrue(result.out().contains(line), result.out());
    }

    @Test
    void tellsEverythingInTheOrderOfTheConfiguration() throws IOException {
        int port = ScriptedServer.deafPort();
        int deaf = ScriptedServer.deafPort();
        try (ScriptedServer cloud = ScriptedServer
                .answering(reply(200, "application/json", "{\"data\":[{\"id\":\"a\"}]}"))) {
            Cli.Result result = doctor("""
                server: { port: %d }
                keys: [secret-client-key]
                providers:
                  away: { dialect: openai, base-url: "http://127.0.0.1:%d/v1", api-key: secret-provider-key }
                  cloud: { dialect: openai, base-url: "%s/v1" }
                  later: { dialect: anthropic, base-url: "https://api.example", api-key: "${NOT_SET}" }
                models:
                  - { match: "*", to: cloud/b }
                  - { match: small, to: cloud/a }
                """.formatted(port, deaf, cloud.url()));
            assertEquals("""
                Java
                  ✓ Java 25
                Configuration
                  ✓ %s: 1 client key
                  ! models[1] "small" never matches: models[0] "*" matches the same before it
                      → put it further up, or remove it
                Address
                  ✓ 127.0.0.1:%d is free
                Providers
                  ✗ away: http://127.0.0.1:%d is not reachable: the connection was refused
                      → start the server there, or check host and port of providers.away.base-url
                  ✓ cloud: %s is reachable, 1 model
                  ! models[0] goes to "b", which is not among what cloud offers
                      → unless it is another name of one: there are a
                  ! later is not in use: environment variable NOT_SET is not set
                      → set NOT_SET to use it

                1 problem, 3 warnings.
                """.formatted(directory.resolve("caravan.yaml"), port, deaf, cloud.url()), result.out());
            assertEquals(1, result.exit());
        }
    }

    @Test
    void isContentWhenAllIsWell() throws IOException {
        Cli.Result result = doctor("""
            server: { port: %d }
            providers: { mine: { dialect: exec, command: [echo, '{"text":"Hi"}'] } }
            models: [{ match: "*", to: mine/tiny }]
            """.formatted(ScriptedServer.deafPort()));
        assertEquals(0, result.exit(), result.out());
        assertTrue(result.out().endsWith("\nAll is well.\n"), result.out());
    }

    @Test
    void theConfigurationThatComesWithCaravanIsWell() throws IOException {
        Cli.Result result = new Cli(directory).config(Files.readString(Path.of("caravan.yaml")))
                .variable("CARAVAN_PORT", String.valueOf(ScriptedServer.deafPort())).doctor();
        assertEquals(0, result.exit(), result.out());
        assertHas(result, "  ✓ demo: a trial answered, its first output after ");
        assertHas(result, "  ! openai is not in use: environment variable OPENAI_API_KEY is not set\n");
    }

    @Test
    void warningsAreNoProblem() throws IOException {
        Cli.Result result = doctor("""
            server: { port: %d }
            providers: { mine: { dialect: exec, command: [echo, '{"text":"Hi"}'] } }
            """.formatted(ScriptedServer.deafPort()));
        assertEquals(0, result.exit());
        assertHas(result, "  ! no rules: models are reached as provider/model only\n");
        assertTrue(result.out().endsWith("\nNo problems, 1 warning.\n"), result.out());
    }

    @Test
    void offlineAsksNobody() throws IOException {
        try (ScriptedServer cloud = ScriptedServer.answering(reply(500, "text/plain", ""))) {
            Cli.Result result = doctor("""
                server: { port: %d }
                providers: { cloud: { dialect: openai, base-url: "%s", models: [a] } }
                models: [{ match: "*", to: cloud/b }]
                """.formatted(ScriptedServer.deafPort(), cloud.url()), "--offline");
            assertEquals(0, result.exit(), result.out());
            assertHas(result, "  ✓ cloud is configured; not asked (--offline)\n");
            assertHas(result, "  ! models[0] goes to \"b\", which is not among cloud's models\n");
            assertEquals(List.of(), cloud.requests());
        }
    }

    @Test
    void everyMistakeOfTheConfigurationIsAProblem() {
        Cli.Result result = doctor("""
            server: { prt: 1 }
            providers: { local: { dialect: opnai } }
            """);
        assertEquals(1, result.exit());
        assertHas(result, "  ✗ " + directory.resolve("caravan.yaml") + ":1:11: server.prt: unknown key `prt`");
        assertHas(result, "providers.local.dialect: ");
        assertTrue(result.out().contains(" problems."), result.out());
    }

    @Test
    void aMissingConfigurationIsAProblem() {
        Cli.Result result = new Cli(directory).doctor();
        assertEquals(1, result.exit());
        assertHas(result, "not found; looked for " + directory.resolve("caravan.yaml").toAbsolutePath());
    }

    @ParameterizedTest
    @CsvSource({"17,PROBLEM,Java 17 is too old", "21,WARNING,Java 21: a virtual thread",
            "23,WARNING,Java 23: a virtual",
            "24,OK,Java 24", "25,OK,Java 25"})
    void javaIsNewEnoughOrNot(int feature, Finding.Mark mark, String text) {
        Finding finding = JavaCheck.of(feature);
        assertEquals(mark, finding.mark());
        assertTrue(finding.text().startsWith(text), finding.text());
    }

    private Cli.Result atPort(int port) {
        return doctor("""
            server: { port: %d }
            providers: { local: { dialect: openai, base-url: "http://127.0.0.1:1/v1" } }
            """.formatted(port), "--offline");
    }

    @Test
    void theAddressMayBeCaravansOwnAlready() {
        try (ScriptedServer caravan = ScriptedServer.answering(reply(200, "application/json", HEALTH))) {
            Cli.Result result = atPort(caravan.port());
            assertHas(result, "  ✓ Caravan listens on 127.0.0.1:" + caravan.port() + " already\n");
            assertEquals(0, result.exit());
            assertTrue(caravan.requests().getFirst().startsWith("GET /health HTTP/1.1\r\n"));
        }
    }

    @Test
    void theProcessesThatCaravanKeepsAlreadyAreShown() {
        String health = """
            {"status":"up","providers":{},"workers":{
            "tiny":{"starting":0,"ready":1,"draining":0,"running":2,"waiting":5},
            "large":{"starting":1,"ready":0,"draining":0,"running":0,"waiting":0,"failure":"provider large: no such model"}}}
            """;
        try (ScriptedServer caravan = ScriptedServer.answering(reply(200, "application/json", health))) {
            Cli.Result result = atPort(caravan.port());
            assertHas(result, " already; tiny: 1 processes ready, 0 starting, 2 requests running, 5 waiting; "
                    + "large: 0 processes ready, 1 starting, 0 requests running, 0 waiting\n"
                    + "      → the last process could not start: provider large: no such model\n");
            assertEquals(0, result.exit());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        200 | {"status":"UP"}
        404 | <h1>Not here</h1>
        200 | ''
        """)
    void theAddressMayBeTakenByAnother(int status, String body) {
        try (ScriptedServer other = ScriptedServer.answering(reply(status, "application/json", body))) {
            Cli.Result result = atPort(other.port());
            assertHas(result, "  ✗ 127.0.0.1:" + other.port() + " cannot be listened on: ");
            assertHas(result, "      → choose another port: server.port, or CARAVAN_PORT\n");
            assertEquals(1, result.exit());
        }
    }

    @Test
    void anotherThatDoesNotSpeakHttpIsNotWaitedFor() throws IOException {
        try (ServerSocket mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertEquals(1, atPort(mute.getLocalPort()).exit());
        }
    }

    @Test
    void anyFreePortIsFree() {
        assertHas(atPort(0), "  ✓ 127.0.0.1, any free port\n");
    }

    @Test
    void redactsTheLongerSecretFirst() {
        Redaction redaction = new Redaction(
                Configurations
                        .read("""
                            keys: [secret-key-1, secret-key-1-and-more]
                            providers: { local: { dialect: openai, base-url: "http://127.0.0.1:1/v1", headers: { X-Auth: hidden-value } } }
                            """),
                java.util.Map.of("DB_PASSWORD", "hunter22", "LANG", "C.UTF-8", "PASS", "ab"));
        assertEquals("*** *** *** *** C.UTF-8 ab",
                redaction.redact("secret-key-1-and-more secret-key-1 hidden-value hunter22 C.UTF-8 ab"));
        assertFalse(redaction.redact("secret-key-1").contains("secret"));
    }
}
