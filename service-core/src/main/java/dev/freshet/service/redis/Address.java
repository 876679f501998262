package dev.freshet.service.redis;

/// Where a server listens.
///
/// @param host name, IPv4 or IPv6 address; the path of a Unix socket if the port is 0
/// @param port 1 to 65535, or 0
record Address(String host, int port) {

    @Override
    public String toString() {
        return port == 0 ? host : host + ":" + port;
    }
}
