package dev.caravan.provider.media;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Names to addresses; a test answers itself. */
@FunctionalInterface
interface HostLookup {
    /** All addresses of a host, at least one. May take long, and need not heed an interrupt. */
    InetAddress[] addresses(String host) throws UnknownHostException;
}
