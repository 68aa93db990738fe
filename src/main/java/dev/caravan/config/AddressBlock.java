package dev.caravan.config;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A block of IP addresses.
 *
 * @param first  its first address
 * @param prefix how many leading bits all its addresses share, up to 32 (IPv4) or 128 (IPv6)
 * @see <a href="https://www.rfc-editor.org/rfc/rfc4632#section-3.1">RFC 4632, section 3.1: the notation</a>
 */
public record AddressBlock(InetAddress first, int prefix) {

    private static final Pattern NOTATION = Pattern.compile("([0-9A-Fa-f.:]{2,45})/([0-9]{1,3})");
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");

    /**
     * The addresses that machines have for each other and that are nobody's on the Internet: loopback (RFC 1122, RFC 4291), private
     * (RFC 1918), shared with a carrier (RFC 6598), unique local (RFC 4193).
     */
    public static final List<AddressBlock> INTERNAL = List.of(of("127.0.0.0/8"), of("10.0.0.0/8"), of("172.16.0.0/12"),
            of("192.168.0.0/16"), of("100.64.0.0/10"), of("::1/128"), of("fc00::/7"));

    /**
     * The block of this notation.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static AddressBlock of(String notation) {
        return parse(notation).orElseThrow(() -> new IllegalArgumentException(notation));
    }

    /** The block of a notation such as {@code 10.0.0.0/8}; empty when it is none, or has bits behind the prefix. */
    static Optional<AddressBlock> parse(String notation) {
        Matcher matcher = NOTATION.matcher(notation);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int prefix = Integer.parseInt(matcher.group(2));
        return address(matcher.group(1)).map(first -> new AddressBlock(first, prefix)).filter(AddressBlock::isWhole);
    }

    /** Only what is an address already, so that no name is looked up. */
    private static Optional<InetAddress> address(String text) {
        try {
            if (text.contains(":")) {
                return Optional.of(InetAddress.getByName("[" + text + "]"));
            }
            return IPV4.matcher(text).matches() ? Optional.of(InetAddress.getByName(text)) : Optional.empty();
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    private boolean isWhole() {
        int behind = 8 * first.getAddress().length - prefix;
        return behind >= 0 && number(first).equals(number(first).shiftRight(behind).shiftLeft(behind));
    }

    private static BigInteger number(InetAddress address) {
        return new BigInteger(1, address.getAddress());
    }

    /** Whether the address is one of the block. */
    public boolean contains(InetAddress address) {
        int bits = 8 * first.getAddress().length;
        return 8 * address.getAddress().length == bits
                && number(address).xor(number(first)).shiftRight(bits - prefix).signum() == 0;
    }

    /** Whether all addresses of the other block are of this one too. */
    boolean contains(AddressBlock other) {
        return prefix <= other.prefix && contains(other.first);
    }

    @Override
    public String toString() {
        return first.getHostAddress() + "/" + prefix;
    }
}
