package dev.freshet.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/// Ports nobody listens on.
public final class Ports {

    /// Below the range from which systems take ports for outgoing connections (Linux: from 32768): between the moment
    /// in which a port is found free and the one in which a server listens, only another test could take it.
    private static final int FIRST = 12_000;

    private static final int LAST = 31_999;

    private Ports() {}

    /// A port of 127.0.0.1 that was free a moment ago.
    public static int free() {
        IOException last = new IOException("no attempt was made");
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST + 1);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                last = taken;
            }
        }
        throw new UncheckedIOException(last);
    }
}
