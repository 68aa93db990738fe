package dev.caravan.config;

import static dev.caravan.config.MistakesTest.mistake;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.caravan.config.QueueConfig.Lane;
import dev.caravan.config.QueueConfig.Lanes;
import dev.caravan.config.QueueConfig.Redelivery;
import dev.caravan.config.QueueConfig.Remote;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("queue")
class QueueTest {
    private static final Map<String, String> ENVIRONMENT = Map.of("PASSWORD", "hunter2", "MANY", "7", "URL",
            "tcp://b:1");

    private static Optional<QueueConfig> read(String section) {
        return Configs.read(section + "\n" + Configs.PROVIDERS, ENVIRONMENT).queue();
    }

    @Test
    void withoutItNothingIsQueued() {
        assertEquals(Optional.empty(), read(""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"queue: {}", "queue:", "queue: { lanes: , redelivery: }",
            "queue: { lanes: { exec: {}, http: }, broker: \"${NONE:}\", broker-user: \"${NONE:}\", store: \"${NONE:}\" }"})
    void whatIsNotSaidHasDefaults(String section) {
        assertEquals(
                Optional.of(new QueueConfig(Path.of("data").toAbsolutePath(), Optional.empty(), Optional.empty(),
                        new Lanes(new Lane(2), new Lane(16)), 25, 5,
                        new Redelivery(Duration.ofSeconds(1), 2, Duration.ofMinutes(1)))),
                read(section));
    }

    @Test
    void everyKey() {
        assertEquals(
                Optional.of(new QueueConfig(Path.of("/var/lib/caravan"),
                        Optional.of(new Remote("(tcp://a:61616,tcp://[::1]:61617)?reconnectAttempts=3",
                                Optional.of("me"), Optional.of(Secret.of("hunter2")))),
                        Optional.of(new Remote("jdbc:postgresql://db/caravan", Optional.of("you"), Optional.empty())),
                        new Lanes(new Lane(1), new Lane(7)), 40, 9,
                        new Redelivery(Duration.ofMillis(200), 3, Duration.ofSeconds(5)))),
                read("queue: { directory: /var/lib/caravan, broker: \"(tcp://a:61616,tcp://[::1]:61617)?reconnectAttempts=3\", "
                        + "broker-user: me, broker-password: \"${PASSWORD}\", store: \"jdbc:postgresql://db/caravan\", "
                        + "store-user: you, lanes: { exec: { consumers: 1 }, http: { consumers: \"${MANY}\" } }, "
                        + "share: 40, attempts: 9, redelivery: { delay: 200ms, multiplier: 3, most: 5s } }"));
    }

    @Test
    void theLongestDelayIsAsLongAsTheFirst() {
        assertEquals(Duration.ofMinutes(5),
                read("queue: { redelivery: { delay: 5m } }").orElseThrow().redelivery().most());
    }

    @Test
    void noSecretIsInItsText() {
        String text = read("queue: { broker: \"tcp://b:1?trustStorePassword=hunter2\", broker-user: u, "
                + "broker-password: hunter2, store: \"jdbc:postgresql://h:1/d?sslpassword=hunter2\" }").orElseThrow()
                .toString();
        assertFalse(text.contains("hunter2"), text);
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                mistake("not a mapping", "queue: true\n" + Configs.PROVIDERS,
                        "caravan.yaml:1:8: queue: expected a mapping of directory, broker, broker-user, broker-password, store, "
                                + "store-user, store-password, lanes, share, attempts, redelivery, found the boolean true"),
                mistake("a key that is nearly one", "queue: { attemps: 2 }\n" + Configs.PROVIDERS,
                        "caravan.yaml:1:10: queue.attemps: unknown key `attemps`; did you mean `attempts`? Valid: directory, "
                                + "broker, broker-user, broker-password, store, store-user, store-password, lanes, share, attempts, "
                                + "redelivery"),
                mistake("a lane that is none", "queue: { lanes: { mlx: {} } }\n" + Configs.PROVIDERS,
                        "caravan.yaml:1:19: queue.lanes.mlx: unknown key `mlx`. Valid: exec, http"),
                mistake("no consumers", "queue:\n  lanes: { exec: { consumers: 0 } }\n" + Configs.PROVIDERS,
                        "caravan.yaml:2:31: queue.lanes.exec.consumers: expected a whole number from 1 to 1000, found the number 0"),
                mistake("another broker", "queue: { broker: \"amqp://x:hunter2\" }\n" + Configs.PROVIDERS,
                        "caravan.yaml:1:18: queue.broker: expected a URL such as tcp://broker.example:61616, or "
                                + "(tcp://one:61616,tcp://two:61616) for several that stand in for one another"),
                mistake("a password in a URL",
                        "queue: { store: \"jdbc:postgresql://u:hunter2@h/d\" }\n" + Configs.PROVIDERS,
                        "caravan.yaml:1:17: queue.store: a URL with a user or a password in it; use `store-user` and "
                                + "`store-password`"),
                mistake("a password among a URL's parameters",
                        "queue: { broker: \"tcp://h:1?a=b&password=hunter2\" }\n" + Configs.PROVIDERS,
                        "caravan.yaml:1:18: queue.broker: a URL with a user or a password in it; use `broker-user` and "
                                + "`broker-password`"),
                mistake("another database", "queue: { store: \"jdbc:mysql://h/d\" }\n" + Configs.PROVIDERS,
                        "caravan.yaml:1:17: queue.store: expected a URL such as jdbc:postgresql://db.example:5432/caravan"),
                mistake("no database", "queue: { store: \"jdbc:postgresql://h\" }\n" + Configs.PROVIDERS,
                        "caravan.yaml:1:17: queue.store: expected a URL such as jdbc:postgresql://db.example:5432/caravan"),
                mistake("a user of the embedded one", "queue: { broker-user: u }\n" + Configs.PROVIDERS,
                        "caravan.yaml:1:10: queue.broker-user: the embedded broker has no users; name yours in `broker`"),
                mistake("a password of nobody",
                        "queue: { store: \"jdbc:postgresql://h/d\", store-password: hunter2 }\n" + Configs.PROVIDERS,
                        "caravan.yaml:1:42: queue.store-password: a password without a user; name it in `store-user`"),
                mistake("a password that is a number", "queue: { broker: \"tcp://h:1\", broker-user: u, "
                        + "broker-password: 12345 }\n" + Configs.PROVIDERS,
                        "caravan.yaml:1:64: queue.broker-password: expected a password as text (put it in quotes), found a "
                                + "number"),
                mistake("a longest delay that is shorter", "queue: { redelivery: { delay: 2s, most: 1s } }\n"
                        + Configs.PROVIDERS,
                        "caravan.yaml:1:35: queue.redelivery.most: the longest delay is shorter than the first, `delay`"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void mistakes(String what, String yaml, List<String> expected) {
        Configs.assertMistakes(yaml, Map.of(), expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"queue:",
            "queue: { directory: /x, broker: \"tcp://h:1?x=y\", store: \"jdbc:postgresql://[::1]:5/d\" }",
            "queue: { broker: \"${URL}\", broker-user: a, broker-password: \"${PASSWORD}\" }",
            "queue: { lanes: { exec: { consumers: 1000 }, http: } , attempts: \"${MANY}\" }",
            "queue: { redelivery: { delay: 1ms, multiplier: 100, most: 24h } }"})
    void theSchemaTakesWhatIsRight(String section) {
        read(section);
        assertEquals(Set.of(), YamlJson.validate(YamlJson.schema(), section + "\n" + Configs.PROVIDERS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"queue: 1", "queue: { x: y }", "queue: { broker: \"http://h\" }", "queue: { broker: 1 }",
            "queue: { broker: \"tcp://h?password=x\" }", "queue: { store: \"jdbc:h2:x\" }", "queue: { store-user: 1 }",
            "queue: { lanes: { x: {} } }", "queue: { lanes: { exec: 2 } }",
            "queue: { lanes: { exec: { consumers: 1001 } } }",
            "queue: { attempts: 0 }", "queue: { attempts: 101 }", "queue: { redelivery: { multiplier: 0 } }",
            "queue: { redelivery: { delay: 1 } }", "queue: { directory: \"\" }"})
    void theSchemaRefusesWhatIsWrong(String section) {
        String yaml = section + "\n" + Configs.PROVIDERS;
        Configs.fail(yaml, ENVIRONMENT);
        assertFalse(YamlJson.validate(YamlJson.schema(), yaml).isEmpty(), "the schema accepts it");
    }
}
