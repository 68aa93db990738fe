package dev.caravan.config;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Names to addresses; a test answers itself. */
@FunctionalInterface
interface HostResolver {

    /** All addresses of a host, at least one. */
    InetAddress[] resolve(String host) throws UnknownHostException;
}
