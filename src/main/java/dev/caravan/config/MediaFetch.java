package dev.caravan.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * That the images and documents of a request that are given by their URL are fetched for a provider, and what is fetched.
 *
 * @param types          the blocks whose URLs are fetched, at least one
 * @param maxSize        how many bytes all that is fetched for one request may have together
 * @param maxCount       how many URLs one request may have fetched
 * @param timeout        how long fetching all of them may take
 * @param schemes        the schemes that a URL may have, in lower case, at least one
 * @param hosts          the hosts that may be fetched from; empty for all
 * @param allowAddresses the addresses that may be fetched from although they are not public
 */
public record MediaFetch(Set<Type> types, long maxSize, int maxCount, Duration timeout, Set<String> schemes,
        List<HostPattern> hosts, List<AddressBlock> allowAddresses) {

    public MediaFetch {
        types = Set.copyOf(types);
        schemes = Set.copyOf(schemes);
        hosts = List.copyOf(hosts);
        allowAddresses = List.copyOf(allowAddresses);
    }

    /** The blocks that can have a URL. */
    public enum Type {
        IMAGE("image"), DOCUMENT("document");

        private final String id;

        Type(String id) {
            this.id = id;
        }

        /** The block's type on the wire, and in {@code caravan.yaml}. */
        public String id() {
            return id;
        }

        static Map<String, Type> byId() {
            Map<String, Type> types = new LinkedHashMap<>();
            for (Type type : values()) {
                types.put(type.id, type);
            }
            return types;
        }
    }
}
