package dev.caravan.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code keys}, of which no message shows a value. */
final class KeysReader {

    private static final List<String> KEYS = List.of("name", "key", "admin");
    private static final int SHORTEST = 8;
    private static final Pattern NAME = Pattern.compile("[^\\p{C}]{1,64}");
    private static final Pattern KEY = Pattern.compile("[!-~]+");

    private final Map<String, String> placesByName = new HashMap<>();
    private final Map<Secret, String> placesByKey = new HashMap<>();

    List<ClientKey> read(ConfigNode node) {
        List<ClientKey> keys = new ArrayList<>();
        int number = 0;
        for (ConfigNode item : node.asSecret().list("a list of keys")) {
            number++;
            readItem(item, "key-" + number).ifPresent(keys::add);
        }
        return keys;
    }

    private Optional<ClientKey> readItem(ConfigNode item, String defaultName) {
        if (!item.isMapping()) {
            return key(item).map(key -> named(item, defaultName, key, false));
        }
        return item.mapping("a key", KEYS).flatMap(map -> {
            String name = map.get("name").flatMap(KeysReader::name).orElse(defaultName);
            boolean admin = map.get("admin").flatMap(ConfigNode::bool).orElse(false);
            return map.required("key", "expected { name: …, key: … }").flatMap(this::key)
                    .map(key -> named(item, name, key, admin));
        });
    }

    private ClientKey named(ConfigNode item, String name, Secret key, boolean admin) {
        String other = placesByName.putIfAbsent(name, item.path());
        if (other != null) {
            item.problem("the same name as " + other + ", so that logs could not tell them apart");
        }
        return new ClientKey(name, key, admin);
    }

    private static Optional<String> name(ConfigNode node) {
        return node.text("a name for logs").flatMap(name -> {
            if (NAME.matcher(name).matches()) {
                return Optional.of(name);
            }
            node.problem("expected a name of at most 64 characters without control characters");
            return Optional.empty();
        });
    }

    private Optional<Secret> key(ConfigNode node) {
        return node.text("a key as text, or { name: …, key: … }").flatMap(text -> {
            if (text.length() < SHORTEST) {
                node.problem("a key of fewer than " + SHORTEST + " characters is too easy to guess");
                return Optional.empty();
            }
            if (!KEY.matcher(text).matches()) {
                node.problem("expected a key of printable ASCII characters without spaces, which a header can carry");
                return Optional.empty();
            }
            Secret key = Secret.of(text);
            String other = placesByKey.putIfAbsent(key, node.path());
            if (other != null) {
                node.problem("the same key as " + other);
            }
            return Optional.of(key);
        });
    }
}
