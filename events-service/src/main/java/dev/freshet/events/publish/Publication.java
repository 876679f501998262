package dev.freshet.events.publish;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Event;
import dev.freshet.contract.json.JsonText;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One event as somebody wants it published, to one channel or several.
///
/// @param channels at least one, none twice
/// @param several whether it was asked for as a list, which decides the answer's form
public record Publication(
        List<Channel> channels,
        boolean several,
        String type,
        JsonText payload,
        boolean ephemeral,
        @Nullable String exclude,
        @Nullable String traceparent) {

    public Publication {
        channels = List.copyOf(channels);
    }

    /// One event per channel, in the channels' order.
    List<Event> events(String actor) {
        return channels.stream()
                .map(channel -> new Event(channel, type, payload, actor, ephemeral, exclude, traceparent))
                .toList();
    }

    /// What tells this publication from another with the same payload. In a CloudEvent's binary mode none of it
    /// stands in the body.
    String target() {
        return channels + " " + type + " " + ephemeral + " " + exclude;
    }
}
