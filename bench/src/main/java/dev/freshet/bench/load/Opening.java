package dev.freshet.bench.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A connection's handshake while it lasts: collects what the server says until the last step is done. Here bytes
/// are copied and looked at again; it happens once per connection.
final class Opening {

    private static final int LIMIT = 64 * 1024;
    private static final int SHOWN = 120;

    /// How a chunked stream ends (RFC 9112, 7.1). The connection may stay, for another request.
    private static final byte[] STREAM_END = "\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] HEAD_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Handshake handshake;
    private byte[] bytes = new byte[512];
    private int length;

    /// What was dealt with; -1 while the head is incomplete.
    private int done = -1;

    private int step;

    Opening(Handshake handshake) {
        this.handshake = handshake;
    }

    /// Takes what came.
    ///
    /// @return what has to be sent now, maybe nothing; `null` if nothing is new
    /// @throws Refused if the server does not do as awaited
    byte @Nullable [] take(ByteBuffer buffer) throws Refused {
        int more = buffer.remaining();
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
        buffer.get(bytes, length, more);
        length += more;
        if (done < 0 && !readHead()) {
            return null;
        }
        if (isComplete()) {
            return new byte[0];
        }
        return next();
    }

    boolean isComplete() {
        return done >= 0 && step == handshake.steps().size();
    }

    /// What came behind the handshake: the beginning of the stream.
    ByteBuffer rest() {
        return ByteBuffer.wrap(bytes, done, length - done);
    }

    private boolean readHead() throws Refused {
        int end = indexOf(HEAD_END, 0, length);
        if (end < 0) {
            if (length > LIMIT) {
                throw new Refused("a head without an end");
            }
            return false;
        }
        String head = new String(bytes, 0, end, StandardCharsets.US_ASCII);
        if (!head.startsWith(handshake.status())) {
            throw new Refused(head.lines().findFirst().orElse("no answer"));
        }
        done = end + HEAD_END.length;
        return true;
    }

    private byte @Nullable [] next() throws Refused {
        return switch (handshake.wire()) {
            case SSE -> nextWords();
            case WEBSOCKET -> nextFrame();
        };
    }

    private byte @Nullable [] nextWords() throws Refused {
        Handshake.Step awaited = handshake.steps().get(step);
        int found = indexOf(awaited.awaited(), done, length);
        if (found < 0) {
            if (indexOf(STREAM_END, done, length) >= 0) {
                throw new Refused("the stream ended after " + said());
            }
            checkLength();
            return null;
        }
        done = found + awaited.awaited().length;
        step++;
        return awaited.reply();
    }

    private byte @Nullable [] nextFrame() throws Refused {
        while (length - done >= 2) {
            int size = bytes[done + 1] & 0x7f;
            int header = 2;
            if (size == 126) {
                header = 4;
                if (length - done < header) {
                    return null;
                }
                size = (bytes[done + 2] & 0xff) << 8 | bytes[done + 3] & 0xff;
            }
            if (length - done < header + size) {
                checkLength();
                return null;
            }
            int from = done + header;
            done = from + size;
            Handshake.Step awaited = handshake.steps().get(step);
            if (indexOf(awaited.awaited(), from, done) >= 0) {
                step++;
                return awaited.reply();
            }
        }
        return null;
    }

    private void checkLength() throws Refused {
        if (length > LIMIT) {
            throw new Refused("not what was awaited: " + said());
        }
    }

    /// The beginning of what came behind the head, on one line.
    private String said() {
        String text = new String(bytes, done, Math.min(SHOWN, length - done), StandardCharsets.ISO_8859_1);
        return text.replaceAll("\\s+", " ");
    }

    private int indexOf(byte[] words, int from, int to) {
        for (int i = from; i <= to - words.length; i++) {
            if (Arrays.equals(bytes, i, i + words.length, words, 0, words.length)) {
                return i;
            }
        }
        return -1;
    }

    /// The server said something else.
    static final class Refused extends Exception {

        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }
}
