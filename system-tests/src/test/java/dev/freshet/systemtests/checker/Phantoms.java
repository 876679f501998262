package dev.freshet.systemtests.checker;

import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.StreamId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the log has lost. Whatever went with another primary, or with a restart, was the end of an epoch: from the
/// oldest such event on, nothing of that epoch is left.
final class Phantoms {

    private record End(int partition, String epoch) {}

    private record ChannelEnd(String channel, String epoch) {}

    private final Map<End, StreamId> ofLog = new HashMap<>();
    private final Map<ChannelEnd, StreamId> ofChannel = new HashMap<>();

    Phantoms(Checker checker, List<Publication> all) {
        for (Publication publication : all) {
            StreamId place = publication.place();
            String epoch = publication.epoch();
            if (!publication.isLost() || place == null || epoch == null) {
                continue;
            }
            String channel = publication.channel();
            ofLog.merge(new End(checker.partitionOf(channel), epoch), place, Phantoms::older);
            if (!publication.ephemeral()) {
                ofChannel.merge(new ChannelEnd(channel, epoch), place, Phantoms::older);
            }
        }
    }

    /// Whether a place is none of the log that there is now.
    boolean isBeyondLog(EventId place) {
        return isFrom(ofLog.get(new End(place.partition(), place.epoch())), place);
    }

    /// Whether it is, and the channel had an event up to there that is gone.
    boolean isBeyondChannel(EventId place, String channel) {
        return isFrom(ofChannel.get(new ChannelEnd(channel, place.epoch())), place);
    }

    private static boolean isFrom(@Nullable StreamId oldest, EventId place) {
        return oldest != null && place.position().compareTo(oldest) >= 0;
    }

    private static StreamId older(StreamId one, StreamId other) {
        return one.compareTo(other) <= 0 ? one : other;
    }
}
