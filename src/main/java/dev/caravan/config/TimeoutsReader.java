package dev.caravan.config;

import java.util.List;
import java.util.Optional;

/** Reads {@code timeouts} of the file and of a provider over HTTP. */
final class TimeoutsReader {

    private static final List<String> KEYS = List.of("connect", "idle");

    private TimeoutsReader() {}

    static Timeouts read(Optional<ConfigNode> section, Timeouts defaults) {
        return section.flatMap(node -> node.mapping("a mapping of connect and idle", KEYS))
                .map(timeouts -> new Timeouts(
                        timeouts.get("connect").flatMap(ConfigNode::duration).orElse(defaults.connect()),
                        timeouts.get("idle").flatMap(ConfigNode::duration).orElse(defaults.idle())))
                .orElse(defaults);
    }
}
