package dev.freshet.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ThreadLocalRandom;

/// Ports nobody listens on. Safe for any thread, and for several JVMs of tests at once.
public final class Ports {

    /// Below the range from which systems take ports for outgoing connections (Linux: from 32768): between the moment
    /// in which a port is found free and the one in which a server listens, only another test could take it.
    private static final int FIRST = 12_000;

    private static final int LAST = 31_999;

    /// More than are ever waited for at once.
    private static final int CLAIMS = 1_000;

    /// Another test, of whichever JVM, does not: of a port that was given away the datagrams' port of the same number
    /// is taken, which nobody else wants, and which the system gives back when this JVM ends.
    private static final Deque<DatagramSocket> CLAIMED = new ArrayDeque<>();

    private Ports() {}

    /// A port of 127.0.0.1 that was free a moment ago, and that none of the next thousand calls gives.
    public static int free() {
        IOException last = new IOException("no attempt was made");
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST + 1);
            try {
                claim(port);
                return port;
            } catch (IOException taken) {
                last = taken;
            }
        }
        throw new UncheckedIOException(last);
    }

    private static synchronized void claim(int port) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        DatagramSocket claim = new DatagramSocket(port, loopback);
        try {
            new ServerSocket(port, 1, loopback).close();
        } catch (IOException taken) {
            claim.close();
            throw taken;
        }
        CLAIMED.add(claim);
        if (CLAIMED.size() > CLAIMS) {
            CLAIMED.remove().close();
        }
    }
}
