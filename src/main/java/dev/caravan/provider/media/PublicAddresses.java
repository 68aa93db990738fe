package dev.caravan.provider.media;

import dev.caravan.config.AddressBlock;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Tells the addresses that may be connected to: those that are public, and those that are allowed although they are internal.
 * What is not known to be public is not.
 *
 * @param allowed internal addresses that may be connected to
 * @see <a href="https://www.iana.org/assignments/iana-ipv4-special-registry/">IANA: IPv4 special-purpose addresses</a>
 * @see <a href="https://www.iana.org/assignments/iana-ipv6-special-registry/">IANA: IPv6 special-purpose addresses</a>
 */
record PublicAddresses(List<AddressBlock> allowed) implements Predicate<InetAddress> {
    /** The last one is public by its number, but on a machine of Azure's its own host, which knows the machine's settings. */
    private static final List<AddressBlock> SPECIAL_IPV4 = blocks("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10",
            "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "168.63.129.16/32");
    private static final AddressBlock GLOBAL_IPV6 = AddressBlock.of("2000::/3");
    /** Of the global ones: protocols (Teredo among them, which embeds addresses), documentation, 6to4 (which embeds them too). */
    private static final List<AddressBlock> SPECIAL_IPV6 = blocks("2001::/23", "2001:db8::/32", "2002::/16",
            "3fff::/20");
    /** IPv4 behind a translator, RFC 6052: all that a machine without IPv4 sees of it. */
    private static final AddressBlock NAT64 = AddressBlock.of("64:ff9b::/96");
    /** Where clouds answer with a machine's credentials, as far as these are within what can be allowed. */
    private static final List<AddressBlock> NEVER = blocks("fd00:ec2::254/128", "fd00:ec2::23/128", "fd20:ce::254/128",
            "100.100.100.200/32");

    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;

    PublicAddresses {
        allowed = List.copyOf(allowed);
    }

    private static List<AddressBlock> blocks(String... notations) {
        return Stream.of(notations).map(AddressBlock::of).toList();
    }

    @Override
    public boolean test(InetAddress address) {
        return !in(NEVER, address) && (in(allowed, address) || isPublic(address));
    }

    private static boolean isPublic(InetAddress address) {
        if (address.getAddress().length == IPV4_BYTES) {
            return !in(SPECIAL_IPV4, address);
        }
        if (NAT64.contains(address)) {
            return isPublic(embedded(address));
        }
        return GLOBAL_IPV6.contains(address) && !in(SPECIAL_IPV6, address);
    }

    private static boolean in(List<AddressBlock> blocks, InetAddress address) {
        return blocks.stream().anyMatch(block -> block.contains(address));
    }

    private static InetAddress embedded(InetAddress address) {
        try {
            return InetAddress
                    .getByAddress(Arrays.copyOfRange(address.getAddress(), IPV6_BYTES - IPV4_BYTES, IPV6_BYTES));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }
}
