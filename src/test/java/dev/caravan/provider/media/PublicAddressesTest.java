package dev.caravan.provider.media;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.config.AddressBlock;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Only public addresses are connected to, and internal ones that are allowed")
class PublicAddressesTest {
    private static final PublicAddresses PUBLIC = new PublicAddresses(List.of());

    private static boolean permitted(PublicAddresses addresses, String address) throws UnknownHostException {
        return addresses.test(InetAddress.getByName(address));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
            "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
            "192.0.1.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
            "2001:200::", "2606:4700:4700::1111", "2a00:1450:4001:82a::200e", "3ffe::1", "64:ff9b::8.8.8.8",
            "::ffff:8.8.8.8"})
    void publicOnes(String address) throws UnknownHostException {
        assertEquals(true, permitted(PUBLIC, address));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "0.1.2.3", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255",
            "100.100.100.200", "168.63.129.16", "64:ff9b::168.63.129.16", "127.0.0.1", "127.255.255.254", "169.254.0.0",
            "169.254.169.254", "169.254.170.2",
            "172.16.0.0", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.0",
            "192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1",
            "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1",
            "::ffff:10.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1",
            "64:ff9b::169.254.169.254", "64:ff9b:1::8.8.8.8", "100::1", "2001::1", "2001:0:7f00:1::", "2001:20::1",
            "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "2002:808:808::1", "3fff::1", "4000::1", "5f00::1",
            "fc00::1", "fd00:ec2::254", "fdff::1", "fe80::1", "febf::1", "fec0::1", "ff02::1", "ff0e::1"})
    void theOthers(String address) throws UnknownHostException {
        assertEquals(false, permitted(PUBLIC, address));
    }

    /** Java makes an IPv4 address of this notation by itself; a resolver could still hand over the sixteen bytes. */
    @Test
    void ipv4InSixteenBytes() throws UnknownHostException {
        byte[] mapped = new byte[16];
        mapped[10] = (byte) 0xFF;
        mapped[11] = (byte) 0xFF;
        mapped[12] = 127;
        mapped[15] = 1;
        assertEquals(false, PUBLIC.test(Inet6Address.getByAddress("x", mapped, 0)));
    }

    @Test
    void whatIsAllowedAndNoMore() throws UnknownHostException {
        PublicAddresses some = new PublicAddresses(
                List.of(AddressBlock.of("10.1.0.0/16"), AddressBlock.of("127.0.0.1/32"), AddressBlock.of("fd12::/16")));
        for (String allowed : List.of("10.1.0.0", "10.1.255.255", "127.0.0.1", "fd12::1", "8.8.8.8")) {
            assertEquals(true, permitted(some, allowed), allowed);
        }
        for (String refused : List.of("10.0.255.255", "10.2.0.0", "127.0.0.2", "::1", "fd13::1", "169.254.169.254")) {
            assertEquals(false, permitted(some, refused), refused);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "100.100.100.200", "168.63.129.16"})
    void theCloudsOwnServicesCannotBeAllowed(String address) throws UnknownHostException {
        assertEquals(false, permitted(new PublicAddresses(AddressBlock.INTERNAL), address));
    }
}
