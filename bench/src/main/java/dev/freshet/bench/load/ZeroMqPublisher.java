package dev.freshet.bench.load;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;

/// Sends one ZeroMQ message for each event, as a PUSH socket without security. Nothing is answered.
///
/// @see <a href="https://rfc.zeromq.org/spec/23/">ZMTP 3.0</a>
public final class ZeroMqPublisher implements Publisher {

    private static final int BUFFER = 256 * 1024;
    private static final int GREETING = 64;
    private static final int VERSION = 3;
    private static final int MECHANISM_AT = 12;

    private static final int COMMAND = 4;
    private static final int LONG_MESSAGE = 2;
    private static final int LONG_COMMAND = COMMAND | LONG_MESSAGE;

    private final SocketChannel channel;
    private final IntFunction<String> messages;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private final Map<Integer, Message> encoded = new HashMap<>();

    private record Message(byte[] bytes, int place) {}

    private ZeroMqPublisher(SocketChannel channel, IntFunction<String> messages) {
        this.channel = channel;
        this.messages = messages;
    }

    /// @param address where a PULL socket listens
    /// @param messages for a channel's number, with [Event#payload] in it, as it is or within a string of JSON
    public static ZeroMqPublisher connect(InetSocketAddress address, IntFunction<String> messages) throws IOException {
        SocketChannel channel = SocketChannel.open(address);
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            write(channel, greeting());
            DataInputStream in = new DataInputStream(Channels.newInputStream(channel));
            in.readFully(new byte[GREETING]);
            write(channel, ready());
            skipReady(in);
            return new ZeroMqPublisher(channel, messages);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static ByteBuffer greeting() {
        byte[] greeting = new byte[GREETING];
        greeting[0] = (byte) 0xFF;
        greeting[9] = 0x7F;
        greeting[10] = VERSION;
        byte[] mechanism = ascii("NULL");
        System.arraycopy(mechanism, 0, greeting, MECHANISM_AT, mechanism.length);
        return ByteBuffer.wrap(greeting);
    }

    private static ByteBuffer ready() {
        byte[] name = ascii("Socket-Type");
        byte[] type = ascii("PUSH");
        byte[] command = ascii("READY");
        int size = 1 + command.length + 1 + name.length + Integer.BYTES + type.length;
        return ByteBuffer.allocate(2 + size)
                .put((byte) COMMAND)
                .put((byte) size)
                .put((byte) command.length)
                .put(command)
                .put((byte) name.length)
                .put(name)
                .putInt(type.length)
                .put(type)
                .flip();
    }

    private static void skipReady(DataInputStream in) throws IOException {
        int flags = in.readUnsignedByte();
        if (flags != COMMAND && flags != LONG_COMMAND) {
            throw new IOException("not a ZeroMQ server: its first frame begins with " + flags);
        }
        long size = flags == COMMAND ? in.readUnsignedByte() : in.readLong();
        in.skipNBytes(size);
    }

    @Override
    public void publish(int number, long event) throws IOException {
        Message message = encoded.computeIfAbsent(number, this::encode);
        Event.number(message.bytes(), message.place(), event);
        if (buffer.remaining() < message.bytes().length) {
            flush();
        }
        buffer.put(message.bytes());
    }

    private Message encode(int number) {
        byte[] body = messages.apply(number).getBytes(StandardCharsets.UTF_8);
        byte[] bytes = ByteBuffer.allocate(1 + Long.BYTES + body.length)
                .put((byte) LONG_MESSAGE)
                .putLong(body.length)
                .put(body)
                .array();
        return new Message(bytes, Event.placeIn(bytes));
    }

    @Override
    public void flush() throws IOException {
        buffer.flip();
        write(channel, buffer);
        buffer.clear();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
