package dev.freshet.service.redis;

import dev.freshet.contract.event.StreamId;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/// Reads the reply to an `XREAD` of one stream, `[[key, [[id, [name, value, …]], …]]]`, or the same with a map
/// outside, in whatever pieces it comes. One instance reads reply after reply of one connection. Not thread-safe.
///
/// @see <a href="https://redis.io/docs/latest/develop/reference/protocol-spec/">Redis serialization protocol</a>
final class EntryParser {

    enum Outcome {
        /// The reply goes on.
        MORE,
        /// All of it was taken.
        DONE,
        /// It is of another form, such as an error or none at all. Nothing was taken.
        OTHER
    }

    /// What comes next. Each is taken when all of it is there.
    private enum Part {
        HEAD,
        ENTRY,
        FIELD
    }

    private static final byte[] NONE = {};

    /// A buffer that grew beyond this, for an entry of that size, is not kept.
    private static final int KEPT_BYTES = 1 << 20;

    /// A power of two.
    private static final int NAMES = 16;

    private static final long INCOMPLETE = Long.MIN_VALUE;

    /// The name that an entry before had at this place: producers write their fields in one order.
    private final byte[][] names = new byte[NAMES][];

    /// What has come and was not taken: from `at` to `end`.
    private byte[] bytes = NONE;

    private int at;
    private int end;

    private Part part = Part.HEAD;
    private int entries;
    private long entriesLeft;
    private int field;
    private long fieldsLeft;

    /// How far the part was read.
    private int cursor;

    /// Of the text read last.
    private int start;

    private int length;

    EntryParser() {
        Arrays.fill(names, NONE);
    }

    /// Takes of the reply what is there; the whole buffer is read.
    ///
    /// @throws IllegalStateException if the reply breaks its form; nothing more is to be given
    Outcome take(ByteBuf more, EntrySink sink) {
        add(more);
        while (true) {
            cursor = at;
            switch (part) {
                case HEAD -> {
                    if (at < end && bytes[at] != '*' && bytes[at] != '%') {
                        return Outcome.OTHER;
                    }
                    long streams = head();
                    if (streams == INCOMPLETE) {
                        return Outcome.MORE;
                    }
                    if (streams != 1) {
                        return Outcome.OTHER;
                    }
                    entries = 0;
                }
                case ENTRY -> {
                    if (!entry(sink)) {
                        return Outcome.MORE;
                    }
                }
                case FIELD -> {
                    if (!field(sink)) {
                        return Outcome.MORE;
                    }
                }
            }
            at = cursor;
            if (part == Part.FIELD && fieldsLeft == 0) {
                sink.end();
                entries++;
                entriesLeft--;
                part = Part.ENTRY;
            }
            if (part == Part.ENTRY && entriesLeft == 0) {
                part = Part.HEAD;
                return Outcome.DONE;
            }
        }
    }

    /// Entries of the reply so far.
    int entries() {
        return entries;
    }

    /// What came behind the reply, or all that came if it was of another form. Forgotten with this.
    byte[] rest() {
        byte[] rest = Arrays.copyOfRange(bytes, at, end);
        at = end = 0;
        if (bytes.length > KEPT_BYTES) {
            bytes = NONE;
        }
        return rest;
    }

    /// Bytes that it holds on to.
    int room() {
        return bytes.length;
    }

    private void add(ByteBuf more) {
        int size = more.readableBytes();
        if (end + size > bytes.length && at > 0) {
            System.arraycopy(bytes, at, bytes, 0, end - at);
            end -= at;
            at = 0;
        }
        if (end + size > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(end + size, Math.min(2 * bytes.length, Integer.MAX_VALUE - 8)));
        }
        more.readBytes(bytes, end, size);
        end += size;
    }

    /// Up to the number of entries.
    ///
    /// @return of how many streams it is, and only if that is 1 the head was taken
    private long head() {
        boolean isMap = at < end && bytes[at] == '%';
        long streams = number(isMap ? '%' : '*');
        if (streams != 1) {
            return streams;
        }
        if (!isMap) {
            long parts = number('*');
            if (parts == INCOMPLETE) {
                return INCOMPLETE;
            }
            require(parts == 2);
        }
        if (!text()) {
            return INCOMPLETE;
        }
        entriesLeft = number('*');
        if (entriesLeft == INCOMPLETE) {
            return INCOMPLETE;
        }
        require(entriesLeft > 0);
        part = Part.ENTRY;
        return streams;
    }

    private boolean entry(EntrySink sink) {
        long parts = number('*');
        if (parts == INCOMPLETE || !text()) {
            return false;
        }
        int idStart = start;
        int idEnd = start + length;
        long count = number('*');
        if (count == INCOMPLETE) {
            return false;
        }
        require(parts == 2 && count >= 0 && count % 2 == 0);
        sink.begin(StreamId.require(new String(bytes, 0, idStart, idEnd - idStart)));
        fieldsLeft = count / 2;
        field = 0;
        part = Part.FIELD;
        return true;
    }

    private boolean field(EntrySink sink) {
        if (!text()) {
            return false;
        }
        int nameStart = start;
        int nameEnd = start + length;
        if (!text()) {
            return false;
        }
        sink.field(name(nameStart, nameEnd), Arrays.copyOfRange(bytes, start, start + length));
        fieldsLeft--;
        field++;
        return true;
    }

    private byte[] name(int from, int to) {
        byte[] known = names[field & NAMES - 1];
        if (!Arrays.equals(known, 0, known.length, bytes, from, to)) {
            known = Arrays.copyOfRange(bytes, from, to);
            names[field & NAMES - 1] = known;
        }
        return known;
    }

    /// A text with its length in front.
    private boolean text() {
        long size = number('$');
        if (size == INCOMPLETE) {
            return false;
        }
        require(size >= 0 && size <= Integer.MAX_VALUE);
        if (end - cursor < size + 2) {
            return false;
        }
        start = cursor;
        length = (int) size;
        cursor += length;
        require(bytes[cursor] == '\r' && bytes[cursor + 1] == '\n');
        cursor += 2;
        return true;
    }

    /// A line of a type and a number.
    private long number(char type) {
        if (cursor == end) {
            return INCOMPLETE;
        }
        require(bytes[cursor] == type);
        int i = cursor + 1;
        boolean negative = i < end && bytes[i] == '-';
        if (negative) {
            i++;
        }
        long number = 0;
        for (; i < end; i++) {
            byte digit = bytes[i];
            if (digit == '\r') {
                break;
            }
            require(digit >= '0' && digit <= '9' && number < Integer.MAX_VALUE);
            number = 10 * number + digit - '0';
        }
        if (i + 1 >= end) {
            return INCOMPLETE;
        }
        require(bytes[i + 1] == '\n');
        cursor = i + 2;
        return negative ? -number : number;
    }

    private static void require(boolean expected) {
        if (!expected) {
            throw new IllegalStateException("not a reply to XREAD");
        }
    }
}
