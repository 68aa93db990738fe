package dev.caravan.config;

import dev.caravan.config.MediaFetch.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads {@code fetch-media} of a provider. */
final class MediaFetchReader {

    /** The key of the section. */
    static final String KEY = "fetch-media";

    private static final List<String> KEYS = List.of("types", "max-size", "max-count", "timeout", "schemes", "hosts",
            "allow-addresses");
    private static final long DEFAULT_SIZE = 20L << 20;
    /** As base64 it is the 32 MB that the Messages API takes as a request. */
    private static final long MOST_SIZE = 24L << 20;
    private static final int DEFAULT_COUNT = 20;
    private static final int MOST_COUNT = 100;
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);
    private static final Map<String, String> SCHEMES = schemes();

    private MediaFetchReader() {}

    private static Map<String, String> schemes() {
        Map<String, String> schemes = new LinkedHashMap<>();
        schemes.put("https", "https");
        schemes.put("http", "http");
        return schemes;
    }

    static Optional<MediaFetch> read(ConfigMap provider) {
        return provider.get(KEY).flatMap(section -> section.mapping("a mapping of " + String.join(", ", KEYS), KEYS))
                .map(MediaFetchReader::settings);
    }

    private static MediaFetch settings(ConfigMap map) {
        Set<Type> types = map.get("types").map(list -> choices(list, "type", Type.byId()))
                .orElse(EnumSet.allOf(Type.class));
        long maxSize = map.get("max-size").flatMap(node -> node.size(MOST_SIZE)).orElse(DEFAULT_SIZE);
        int maxCount = map.get("max-count").flatMap(node -> node.integer(1, MOST_COUNT)).orElse(DEFAULT_COUNT);
        Duration timeout = map.get("timeout").flatMap(ConfigNode::duration).orElse(DEFAULT_TIMEOUT);
        Set<String> schemes = map.get("schemes").map(list -> choices(list, "scheme", SCHEMES)).orElse(Set.of("https"));
        return new MediaFetch(types, maxSize, maxCount, timeout, schemes,
                map.get("hosts").map(MediaFetchReader::hosts).orElse(List.of()),
                map.get("allow-addresses").map(MediaFetchReader::addresses).orElse(List.of()));
    }

    private static <T> Set<T> choices(ConfigNode list, String what, Map<String, T> names) {
        String expectation = "a list of " + String.join(", ", names.keySet());
        if (list.isEmptyList()) {
            list.expected(expectation + ", at least one");
        }
        Set<T> choices = new LinkedHashSet<>();
        for (ConfigNode item : list.list(expectation)) {
            item.choice(what, names).ifPresent(choices::add);
        }
        return choices;
    }

    private static List<HostPattern> hosts(ConfigNode list) {
        // An empty list would not mean what it seems to: no hosts at all.
        if (list.isEmptyList()) {
            list.expected("a list of hosts, at least one; leave the key out to allow all");
        }
        List<HostPattern> hosts = new ArrayList<>();
        for (ConfigNode item : list.list("a list of hosts such as \"*.example.com\"")) {
            item.text("a host").ifPresent(text -> HostPattern.parse(text).ifPresentOrElse(hosts::add,
                    () -> item.expected("a host such as example.com, \"*.example.com\" for those below it, or "
                            + "\"example.com:8443\"")));
        }
        return hosts;
    }

    private static List<AddressBlock> addresses(ConfigNode list) {
        List<AddressBlock> blocks = new ArrayList<>();
        for (ConfigNode item : list.list("a list of blocks of addresses such as 10.1.0.0/16")) {
            item.text("a block of addresses").ifPresent(text -> AddressBlock.parse(text).ifPresentOrElse(
                    block -> internal(block, item).ifPresent(blocks::add),
                    () -> item.expected("a block of addresses such as 10.1.0.0/16, written with its first address")));
        }
        return blocks;
    }

    /** Public addresses need no leave, and some others nobody should have: those of the cloud's own services, say. */
    private static Optional<AddressBlock> internal(AddressBlock block, ConfigNode item) {
        if (AddressBlock.INTERNAL.stream().anyMatch(whole -> whole.contains(block))) {
            return Optional.of(block);
        }
        item.expected("a block within one of " + AddressBlock.INTERNAL.stream().map(AddressBlock::toString)
                .collect(Collectors.joining(", ")));
        return Optional.empty();
    }
}
