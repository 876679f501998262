package dev.freshet.contract.event;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.Limits;
import org.jspecify.annotations.Nullable;

/// A place in the log: `<ms>-<seq>~<epoch>`, of a partition above 0 `<p>.<ms>-<seq>~<epoch>`.
///
/// It is opaque to clients, sorts nothing for them, and grants nothing: who presents one receives what the own grants
/// allow, no more. Only `A-Za-z0-9.~-`, so it travels in URLs and headers unescaped.
///
/// @param partition of the log, from 0
/// @param position the entry's id in that partition's stream
/// @param epoch the log's incarnation, 4 to 16 of `A-Za-z0-9`: the same id after a loss of data is another place
public record EventId(int partition, StreamId position, String epoch) {

    private static final String RULE = "must be a cursor that Freshet handed out";

    public EventId {
        if (partition < 0 || partition >= Limits.MAX_PARTITIONS) {
            throw new IllegalArgumentException("partition " + partition);
        }
    }

    /// @throws ContractViolation (field `cursor`) if `text` is not exactly of this form
    public static EventId parse(String text) {
        EventId id = text.length() > Limits.MAX_CURSOR_LENGTH ? null : parse(text, 0, text.length());
        if (id == null) {
            throw new ContractViolation("cursor", RULE);
        }
        return id;
    }

    static @Nullable EventId parse(String text, int from, int to) {
        int tilde = text.indexOf('~', from);
        if (tilde < 0 || tilde >= to || !isEpoch(text, tilde + 1, to)) {
            return null;
        }
        int partition = 0;
        int start = from;
        int dot = text.indexOf('.', from);
        if (dot >= 0 && dot < tilde) {
            // Partition 0 has no prefix: one place, one spelling.
            if (!StreamId.isDecimal(text, from, dot) || dot - from > 2 || text.charAt(from) == '0') {
                return null;
            }
            partition = Integer.parseInt(text, from, dot, 10);
            start = dot + 1;
        }
        StreamId position = StreamId.parse(text.substring(start, tilde));
        return position == null || partition >= Limits.MAX_PARTITIONS
                ? null
                : new EventId(partition, position, text.substring(tilde + 1, to));
    }

    /// Whether `epoch` is 4 to 16 of `A-Za-z0-9`.
    public static boolean isEpoch(String epoch) {
        return isEpoch(epoch, 0, epoch.length());
    }

    private static boolean isEpoch(String text, int from, int to) {
        if (to - from < 4 || to - from > 16) {
            return false;
        }
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9')) {
                return false;
            }
        }
        return true;
    }

    /// Milliseconds since 1970: when the log took the event, by its server's clock.
    public long timestamp() {
        return position.ms();
    }

    @Override
    public String toString() {
        return (partition == 0 ? "" : partition + ".") + position + "~" + epoch;
    }
}
