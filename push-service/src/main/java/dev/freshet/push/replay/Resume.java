package dev.freshet.push.replay;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Cursor;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.message.GapReason;
import dev.freshet.push.delivery.LoopHub;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Whether a client that comes back has missed something.
///
/// Nothing is replayed yet: a client that stands exactly where the hub stands has provably missed nothing; every other
/// one gets a `gap`. It is told too often, but never too little.
///
/// @param cursor where the client goes on
/// @param resumed a cursor came, and no channel has a gap
/// @param gaps channels of which events may be missing, in the order in which they were asked for
public record Resume(Cursor cursor, boolean resumed, Map<Channel, GapReason> gaps) {

    /// Compares a client's cursor with where the hub stands. On the hub's event loop, when the subscriptions are made.
    ///
    /// @param text the cursor as the client sent it; `null` or empty if it sent none
    public static Resume of(@Nullable String text, List<Channel> channels, int[] partitions, LoopHub hub) {
        Cursor now = hub.cursor(partitions);
        if (text == null || text.isEmpty()) {
            return new Resume(now, false, Map.of());
        }
        Cursor from = parse(text);
        Map<Channel, GapReason> gaps = new LinkedHashMap<>();
        for (Channel channel : channels) {
            EventId here = hub.position(hub.partitionOf(channel));
            EventId there = from == null ? null : from.in(here.partition());
            if (!here.equals(there)) {
                boolean sameLog = there != null && there.epoch().equals(here.epoch());
                gaps.put(channel, sameLog ? GapReason.TRIMMED : GapReason.RESET);
            }
        }
        return new Resume(now, gaps.isEmpty(), gaps);
    }

    private static @Nullable Cursor parse(String text) {
        try {
            return Cursor.parse(text);
        } catch (ContractViolation unusable) {
            return null;
        }
    }
}
