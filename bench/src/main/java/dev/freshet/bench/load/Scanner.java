package dev.freshet.bench.load;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Finds the numbers of events in a stream of bytes, wherever reads cut it. One per connection, one thread.
///
/// It looks at eight bytes at a time, for the load generator has to be lighter than what it measures.
final class Scanner {

    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;
    private static final long MARKS = ONES * Event.MARK;
    private static final int OUTSIDE = -1;

    /// What takes the numbers.
    interface Sink {
        void number(Connection connection, long number);
    }

    private int digits = OUTSIDE;
    private long number;

    /// Looks through `buffer` from `from` up to `to`.
    ///
    /// @param buffer big-endian, as buffers are
    void scan(ByteBuffer buffer, int from, int to, Connection connection, Sink sink) {
        assert buffer.order() == ByteOrder.BIG_ENDIAN;
        int i = from;
        while (i < to) {
            if (digits == OUTSIDE) {
                i = find(buffer, i, to);
                if (i == to) {
                    return;
                }
                digits = 0;
                number = 0;
                i++;
                continue;
            }
            int digit = buffer.get(i) - '0';
            if (digit < 0 || digit > 9) {
                // Not a number after all; this byte may be a mark itself.
                digits = OUTSIDE;
                continue;
            }
            number = number * 10 + digit;
            i++;
            if (++digits == Event.DIGITS) {
                digits = OUTSIDE;
                sink.number(connection, number);
            }
        }
    }

    private static int find(ByteBuffer buffer, int from, int to) {
        int i = from;
        while (i + Long.BYTES <= to) {
            long different = buffer.getLong(i) ^ MARKS;
            long zeros = (different - ONES) & ~different & HIGHS;
            if (zeros != 0) {
                break;
            }
            i += Long.BYTES;
        }
        while (i < to && buffer.get(i) != Event.MARK) {
            i++;
        }
        return i;
    }
}
