package dev.freshet.contract.event;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/// The id of a Redis stream entry: `<ms>-<seq>`, two unsigned 64-bit numbers.
///
/// @param ms milliseconds since 1970 by the clock of the Redis server, unsigned
/// @param seq counts entries of the same millisecond, unsigned
/// @see <a href="https://redis.io/docs/latest/develop/data-types/streams/#entry-ids">Redis streams, entry IDs</a>
public record StreamId(long ms, long seq) implements Comparable<StreamId> {

    /// Before every entry.
    public static final StreamId ZERO = new StreamId(0, 0);

    private static final Comparator<StreamId> ORDER = Comparator.comparing(StreamId::ms, Long::compareUnsigned)
            .thenComparing(StreamId::seq, Long::compareUnsigned);

    /// Strictly `<ms>-<seq>` in decimal, without signs or leading zeros; `null` if it is anything else.
    public static @Nullable StreamId parse(String text) {
        int dash = text.indexOf('-');
        if (!isDecimal(text, 0, dash) || !isDecimal(text, dash + 1, text.length())) {
            return null;
        }
        try {
            return new StreamId(
                    Long.parseUnsignedLong(text, 0, dash, 10),
                    Long.parseUnsignedLong(text, dash + 1, text.length(), 10));
        } catch (NumberFormatException tooLarge) {
            return null;
        }
    }

    /// Reads an id from a source that writes nothing else.
    ///
    /// @throws IllegalArgumentException if it is none
    public static StreamId require(String text) {
        StreamId id = parse(text);
        if (id == null) {
            throw new IllegalArgumentException("not an id of a stream entry: " + text);
        }
        return id;
    }

    static boolean isDecimal(String text, int from, int to) {
        if (to <= from || to - from > 20 || to - from > 1 && text.charAt(from) == '0') {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    @Override
    public int compareTo(StreamId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(ms) + "-" + Long.toUnsignedString(seq);
    }
}
