package dev.freshet.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Reads one HTTP answer after the other off a keep-alive connection, and skips their bodies.
final class Answer {

    private static final int LONGEST_HEAD = 16 * 1024;

    private final StringBuilder head = new StringBuilder();
    private boolean inBody;
    private long left;
    private int status;

    /// Takes what came.
    ///
    /// @return whether the answer is complete; the next bytes are of the next one
    boolean take(ByteBuffer buffer) throws IOException {
        while (!inBody && buffer.hasRemaining()) {
            head.append((char) (buffer.get() & 0xff));
            int length = head.length();
            if (length >= 4 && head.charAt(length - 1) == '\n' && head.charAt(length - 3) == '\n') {
                readHead();
            } else if (length > LONGEST_HEAD) {
                throw new IOException("an answer's head is too long");
            }
        }
        if (!inBody) {
            return false;
        }
        int part = (int) Math.min(left, buffer.remaining());
        buffer.position(buffer.position() + part);
        left -= part;
        if (left > 0) {
            return false;
        }
        inBody = false;
        return true;
    }

    /// Of the last answer that was complete.
    int status() {
        return status;
    }

    private void readHead() throws IOException {
        String text = head.toString().toLowerCase(Locale.ROOT);
        head.setLength(0);
        status = Integer.parseInt(text.substring(9, 12));
        int place = text.indexOf("\r\ncontent-length:");
        if (place >= 0) {
            int from = place + "\r\ncontent-length:".length();
            left = Long.parseLong(text.substring(from, text.indexOf('\r', from)).strip());
        } else if (status == 204 || status == 304) {
            left = 0;
        } else {
            throw new IOException(
                    "an answer without a length: " + text.lines().findFirst().orElse(""));
        }
        inBody = true;
    }

    /// A request with a body of a known length, for a keep-alive connection.
    ///
    /// @param headers more lines, each with its line break
    static byte[] request(String method, String path, String headers, String body) {
        return (method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers + "Content-Length: " + body.length()
                        + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }
}
