package dev.freshet.contract.event;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.channel.Names;
import dev.freshet.contract.json.JsonText;
import org.jspecify.annotations.Nullable;

/// Something that happened, for the followers of one channel.
///
/// @param channel whose followers receive it
/// @param type 1 to 64 of `A-Za-z0-9_.-`
/// @param payload any JSON, at most 64 KiB
/// @param actor the user it came from, where one is known
/// @param ephemeral worth nothing later: never in history, dropped first for a slow reader
/// @param exclude the user whose connections must not receive it
/// @param traceparent W3C trace context of the producer
public record Event(
        Channel channel,
        String type,
        JsonText payload,
        @Nullable String actor,
        boolean ephemeral,
        @Nullable String exclude,
        @Nullable String traceparent) {

    public Event {
        if (actor != null) {
            Names.requireUserId("actor", actor);
        }
        if (exclude != null) {
            Names.requireUserId("exclude", exclude);
        }
    }

    /// A plain event that is kept and that everybody receives.
    public static Event of(Channel channel, String type, JsonText payload) {
        return new Event(channel, type, payload, null, false, null, null);
    }

    public Event withActor(@Nullable String user) {
        return new Event(channel, type, payload, user, ephemeral, exclude, traceparent);
    }

    public Event withEphemeral(boolean value) {
        return new Event(channel, type, payload, actor, value, exclude, traceparent);
    }

    public Event withExclude(@Nullable String user) {
        return new Event(channel, type, payload, actor, ephemeral, user, traceparent);
    }

    public Event withTraceparent(@Nullable String value) {
        return new Event(channel, type, payload, actor, ephemeral, exclude, value);
    }
}
