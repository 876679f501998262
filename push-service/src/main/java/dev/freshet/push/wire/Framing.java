package dev.freshet.push.wire;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// What stands around a message on the socket.
enum Framing {

    /// Nothing: the body of an HTTP/1.0 response.
    NONE {
        @Override
        int overhead(int count) {
            return 0;
        }

        @Override
        void write(List<byte[]> messages, ByteBuf to) {
            messages.forEach(to::writeBytes);
        }
    },

    /// All messages are one chunk.
    ///
    /// @see <a href="https://www.rfc-editor.org/rfc/rfc9112#section-7.1">RFC 9112, section 7.1</a>
    CHUNK {
        @Override
        int overhead(int count) {
            return Integer.BYTES * 2 + 2 * CRLF.length;
        }

        @Override
        void write(List<byte[]> messages, ByteBuf to) {
            to.writeCharSequence(Integer.toHexString(bytes(messages)), StandardCharsets.US_ASCII);
            to.writeBytes(CRLF);
            messages.forEach(to::writeBytes);
            to.writeBytes(CRLF);
        }

        @Override
        byte[] end() {
            return LAST_CHUNK;
        }
    },

    /// Each message is an unmasked text frame of its own.
    ///
    /// @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-5.2">RFC 6455, section 5.2</a>
    TEXT_FRAME {
        @Override
        int overhead(int count) {
            return count * (2 + Long.BYTES);
        }

        @Override
        void write(List<byte[]> messages, ByteBuf to) {
            for (byte[] message : messages) {
                to.writeByte(FINAL_TEXT);
                if (message.length <= SHORT) {
                    to.writeByte(message.length);
                } else if (message.length <= 0xFFFF) {
                    to.writeByte(SHORT + 1).writeShort(message.length);
                } else {
                    to.writeByte(SHORT + 2).writeLong(message.length);
                }
                to.writeBytes(message);
            }
        }
    };

    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] LAST_CHUNK = {'0', '\r', '\n', '\r', '\n'};
    private static final byte[] NOTHING = {};
    private static final int FINAL_TEXT = 0x81;

    /// Longer messages have their length in two or eight more bytes.
    private static final int SHORT = 125;

    /// At most so many bytes come to those of the messages.
    abstract int overhead(int count);

    /// @param messages not empty
    abstract void write(List<byte[]> messages, ByteBuf to);

    /// What ends a stream besides the connection's end.
    byte[] end() {
        return NOTHING;
    }

    static int bytes(List<byte[]> messages) {
        int bytes = 0;
        for (byte[] message : messages) {
            bytes += message.length;
        }
        return bytes;
    }
}
