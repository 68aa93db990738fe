package dev.caravan.config;

import dev.caravan.config.QueueConfig.Lane;
import dev.caravan.config.QueueConfig.Lanes;
import dev.caravan.config.QueueConfig.Redelivery;
import dev.caravan.config.QueueConfig.Remote;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code queue}. No message quotes a URL, since a mistaken one may hold a password. */
final class QueueReader {

    /** The key of the section. */
    static final String KEY = "queue";

    private static final List<String> KEYS = List.of("directory", "broker", "broker-user", "broker-password", "store",
            "store-user", "store-password", "lanes", "share", "attempts", "redelivery");
    private static final List<String> LANES = List.of("exec", "http");
    private static final List<String> REDELIVERY = List.of("delay", "multiplier", "most");
    private static final int MOST_CONSUMERS = 1_000;
    private static final int MOST_ATTEMPTS = 100;
    private static final int MOST_MULTIPLIER = 100;

    private static final String HOST = "([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?";
    private static final String PARAMETERS = "(\\?[!-~&&[^#?]]*)?";
    private static final Pattern BROKER = Pattern.compile("(tcp://" + HOST + "|\\(tcp://" + HOST + "(,tcp://" + HOST
            + ")*\\))" + PARAMETERS);
    private static final Pattern STORE = Pattern
            .compile("jdbc:postgresql://" + HOST + "(," + HOST + ")*/[A-Za-z0-9._%-]+" + PARAMETERS);
    private static final Pattern CREDENTIALS = Pattern.compile("//[^/?]*@|[?&](user|password)=",
            Pattern.CASE_INSENSITIVE);

    private final Path base;

    /**
     * @param base where relative directories begin
     */
    QueueReader(Path base) {
        this.base = base;
    }

    /** The section's; empty when it cannot be read at all. */
    Optional<QueueConfig> read(ConfigNode section) {
        return section.mapping("a mapping of " + String.join(", ", KEYS), KEYS).map(this::read);
    }

    private QueueConfig read(ConfigMap map) {
        return new QueueConfig(directory(map),
                remote(map, "broker", BROKER, "a URL such as tcp://broker.example:61616, or "
                        + "(tcp://one:61616,tcp://two:61616) for several that stand in for one another"),
                remote(map, "store", STORE, "a URL such as jdbc:postgresql://db.example:5432/caravan"),
                map.get("lanes").flatMap(QueueReader::lanes).orElse(Lanes.DEFAULT),
                number(map, "share", 100, QueueConfig.DEFAULT_SHARE),
                number(map, "attempts", MOST_ATTEMPTS, QueueConfig.DEFAULT_ATTEMPTS),
                map.get("redelivery").flatMap(QueueReader::redelivery).orElse(Redelivery.DEFAULT));
    }

    private Path directory(ConfigMap map) {
        Path usual = base.resolve(QueueConfig.DEFAULT_DIRECTORY).normalize();
        return map.get("directory").flatMap(node -> node.text("the name of a directory").flatMap(name -> {
            try {
                return Optional.of(base.resolve(name).normalize());
            } catch (InvalidPathException e) {
                node.expected("the name of a directory");
                return Optional.empty();
            }
        })).orElse(usual);
    }

    private static Optional<Remote> remote(ConfigMap map, String key, Pattern pattern, String expectation) {
        Optional<String> url = map.get(key).flatMap(node -> node.asSecret().optionalText("a URL as text")
                .filter(text -> !text.isEmpty()).filter(text -> isValid(text, node, key, pattern, expectation)));
        Optional<String> user = credential(map, key + "-user", "the name of a user");
        Optional<Secret> password = credential(map, key + "-password", "a password as text").map(Secret::of);
        if (map.get(key).isEmpty() && (user.isPresent() || password.isPresent())) {
            map.keyProblem(user.isPresent() ? key + "-user" : key + "-password",
                    "the embedded " + key + " has no users; name yours in `" + key + "`");
        } else if (password.isPresent() && map.get(key + "-user").isEmpty()) {
            map.keyProblem(key + "-password", "a password without a user; name it in `" + key + "-user`");
        }
        return url.map(text -> new Remote(text, user, user.isPresent() ? password : Optional.empty()));
    }

    private static boolean isValid(String url, ConfigNode node, String key, Pattern pattern, String expectation) {
        if (CREDENTIALS.matcher(url).find()) {
            node.problem("a URL with a user or a password in it; use `" + key + "-user` and `" + key + "-password`");
            return false;
        }
        if (!pattern.matcher(url).matches()) {
            node.problem("expected " + expectation);
            return false;
        }
        return true;
    }

    /** One that is empty, as a variable that is not set makes it, is none. */
    private static Optional<String> credential(ConfigMap map, String key, String expectation) {
        return map.get(key).flatMap(node -> node.asSecret().optionalText(expectation))
                .filter(text -> !text.isEmpty());
    }

    private static Optional<Lanes> lanes(ConfigNode section) {
        return section.mapping("a mapping of " + String.join(", ", LANES), LANES)
                .map(map -> new Lanes(lane(map, "exec", Lanes.DEFAULT.exec()),
                        lane(map, "http", Lanes.DEFAULT.http())));
    }

    private static Lane lane(ConfigMap lanes, String key, Lane usual) {
        return lanes.get(key).flatMap(node -> node.mapping("a mapping of consumers", List.of("consumers")))
                .map(map -> new Lane(number(map, "consumers", MOST_CONSUMERS, usual.consumers()))).orElse(usual);
    }

    private static Optional<Redelivery> redelivery(ConfigNode section) {
        return section.mapping("a mapping of " + String.join(", ", REDELIVERY), REDELIVERY).map(map -> {
            Redelivery usual = Redelivery.DEFAULT;
            Duration delay = map.get("delay").flatMap(ConfigNode::duration).orElse(usual.delay());
            Duration most = map.get("most").flatMap(ConfigNode::duration)
                    .orElse(delay.compareTo(usual.most()) > 0 ? delay : usual.most());
            if (most.compareTo(delay) < 0) {
                map.keyProblem("most", "the longest delay is shorter than the first, `delay`");
            }
            return new Redelivery(delay, number(map, "multiplier", MOST_MULTIPLIER, usual.multiplier()), most);
        });
    }

    private static int number(ConfigMap map, String key, int most, int usual) {
        return map.get(key).flatMap(node -> node.integer(1, most)).orElse(usual);
    }
}
