package dev.freshet.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/// One client. Confined to its loop's thread; what it counts may be read when the loop stands still.
final class Connection {

    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int CLOSE = 8;

    final int client;
    final Handshake handshake;
    final SocketChannel channel;
    final Loop.Order order;

    @Nullable
    Opening opening;

    boolean open;

    /// The newest event, 0 for none.
    long last;

    long received;
    long doubled;

    private final Scanner scanner = new Scanner();
    private final byte[] header = new byte[10];
    private int headerLength;
    private long left;
    private byte @Nullable [] control;

    Connection(Loop.Order order, SocketChannel channel) {
        this.client = order.client();
        this.handshake = order.handshake();
        this.channel = channel;
        this.order = order;
        this.opening = new Opening(handshake);
    }

    /// Counts what is in the buffer from its position to its limit.
    void read(ByteBuffer buffer, Scanner.Sink sink) throws IOException {
        switch (handshake.wire()) {
            case SSE -> scanner.scan(buffer, buffer.position(), buffer.limit(), this, sink);
            case WEBSOCKET -> readFrames(buffer, sink);
        }
    }

    private void readFrames(ByteBuffer buffer, Scanner.Sink sink) throws IOException {
        while (buffer.hasRemaining()) {
            if (left > 0) {
                int part = (int) Math.min(left, buffer.remaining());
                int from = buffer.position();
                if (control == null) {
                    scanner.scan(buffer, from, from + part, this, sink);
                    buffer.position(from + part);
                } else {
                    buffer.get(control, control.length - (int) left, part);
                }
                left -= part;
            } else {
                header[headerLength++] = buffer.get();
            }
            if (left == 0 && headerLength > 0) {
                endOfFrameOrHeader();
            }
        }
    }

    /// A header that is complete begins a frame; a frame that is complete makes room for the next header.
    private void endOfFrameOrHeader() throws IOException {
        if (control != null) {
            answer(header[0] & 0x0f, control);
            control = null;
            headerLength = 0;
            return;
        }
        if (headerLength < 2) {
            return;
        }
        int size = header[1] & 0x7f;
        int wanted = size == 126 ? 4 : size == 127 ? 10 : 2;
        if (headerLength < wanted) {
            return;
        }
        left = size;
        if (wanted > 2) {
            left = 0;
            for (int i = 2; i < wanted; i++) {
                left = left << 8 | header[i] & 0xff;
            }
        }
        headerLength = 0;
        int opcode = header[0] & 0x0f;
        if (opcode >= CLOSE) {
            byte[] payload = new byte[(int) left];
            if (left == 0) {
                answer(opcode, payload);
            } else {
                control = payload;
                // Not empty, so that the end of the payload is noticed.
                headerLength = 1;
            }
        }
    }

    private void answer(int opcode, byte[] payload) throws IOException {
        if (opcode == PING) {
            // A few bytes into a socket that was hardly ever written to.
            channel.write(ByteBuffer.wrap(Handshake.masked(PONG, payload)));
        } else if (opcode == CLOSE) {
            int code = payload.length < 2 ? 1005 : (payload[0] & 0xff) << 8 | payload[1] & 0xff;
            throw new IOException("closed by the server with " + code);
        }
    }
}
