package dev.freshet.push.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Knows every append of a run and what became of it.
final class Witness {

    private final List<Published> published = new ArrayList<>();
    private final Map<String, List<Published>> byChannel = new HashMap<>();

    int resumes;
    int gaps;
    int falseGaps;
    int deliveries;

    Published publish(int partition, String channel, boolean ephemeral, boolean malformed, int generation) {
        Published event = new Published(published.size() + 1, partition, channel, ephemeral, malformed, generation);
        published.add(event);
        byChannel.computeIfAbsent(channel, none -> new ArrayList<>()).add(event);
        return event;
    }

    /// What a failover lost: all that the new primary does not know.
    void lose(int partition, int known, int generation) {
        for (Published event : published) {
            if (event.partition == partition && event.serial > known && !event.isLost()) {
                event.lostAt = generation;
            }
        }
    }

    /// Events of a channel in the order of appends, after one serial and up to another.
    List<Published> owed(String channel, int after, int upTo) {
        List<Published> owed = new ArrayList<>();
        List<Published> all = byChannel.getOrDefault(channel, List.of());
        for (int i = all.size() - 1; i >= 0 && all.get(i).serial > after; i--) {
            if (all.get(i).serial <= upTo && all.get(i).isOwed()) {
                owed.add(all.get(i));
            }
        }
        return owed;
    }
}
