package dev.freshet.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// A TCP connection, for what no HTTP client would send or leave undone. Not thread-safe.
public final class RawConnection implements AutoCloseable {

    /// Of what the server sent, so much may wait here instead of with the system: bytes.
    private static final int BUFFER = 4096;

    private final Socket socket;
    private final InputStream in;

    private RawConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), BUFFER);
    }

    public static RawConnection to(int port) {
        return to(port, 0);
    }

    /// With a small receive buffer the server soon notices that nobody reads.
    ///
    /// @param receiveBuffer bytes; 0 for the system's choice
    public static RawConnection to(int port, int receiveBuffer) {
        try {
            Socket socket = new Socket();
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.setSoTimeout((int) SseRecorder.LIMIT.toMillis());
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return new RawConnection(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// From another address of this machine, as another client.
    ///
    /// @param address of 127.0.0.0/8
    public static RawConnection from(String address, int port) {
        try {
            Socket socket = new Socket();
            socket.setSoTimeout((int) SseRecorder.LIMIT.toMillis());
            socket.bind(new InetSocketAddress(InetAddress.getByName(address), 0));
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return new RawConnection(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Sends text byte by byte as it is: every character must be below 256.
    public RawConnection send(String text) {
        try {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Reads up to and including `end`.
    ///
    /// @throws AssertionError if the connection ends before
    public String readThrough(String end) {
        StringBuilder text = new StringBuilder();
        try {
            while (text.indexOf(end, Math.max(0, text.length() - end.length())) < 0) {
                int next = in.read();
                if (next < 0) {
                    throw new AssertionError("the connection ended; it said: " + text);
                }
                text.append((char) next);
            }
            return text.toString();
        } catch (IOException e) {
            throw new AssertionError("nothing more came; it said: " + text, e);
        }
    }

    /// Reads so many bytes.
    ///
    /// @throws AssertionError if the connection ends before
    public String read(int length) {
        try {
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new AssertionError(
                        "the connection ended; it said: " + new String(bytes, StandardCharsets.ISO_8859_1));
            }
            return new String(bytes, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new AssertionError("nothing more came", e);
        }
    }

    /// Reads up to and including the empty line behind a response's head.
    public String readHead() {
        return readThrough("\r\n\r\n");
    }

    /// Reads until the server ends the connection, orderly or not.
    ///
    /// @throws AssertionError if it does not
    public String readToEnd() {
        return readToEnd(SseRecorder.LIMIT);
    }

    /// The same within a limit.
    public String readToEnd(Duration limit) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            socket.setSoTimeout((int) limit.toMillis());
            byte[] chunk = new byte[8192];
            int length = in.read(chunk);
            while (length >= 0) {
                all.write(chunk, 0, length);
                length = in.read(chunk);
            }
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("still open; it said: " + all.toString(StandardCharsets.ISO_8859_1), e);
        } catch (IOException reset) {
            // An end, too.
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
