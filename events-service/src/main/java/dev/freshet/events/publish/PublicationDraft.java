package dev.freshet.events.publish;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.Limits;
import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.channel.Names;
import dev.freshet.contract.event.EventTypes;
import dev.freshet.contract.json.JsonText;
import dev.freshet.events.json.Draft;
import dev.freshet.events.json.JsonMember;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `{"channel" or "channels","type","payload","ephemeral"?,"exclude"?}`, or the same without channels where the
/// path names one.
final class PublicationDraft extends Draft<Publication> {

    private static final Set<String> NAMES = Set.of("type", "payload", "ephemeral", "exclude");

    private final boolean channelByPath;
    private final @Nullable String traceparent;
    private List<Channel> channels;
    private boolean several;
    private @Nullable String type;
    private @Nullable JsonText payload;
    private boolean ephemeral;
    private @Nullable String exclude;

    /// @param target the channel that the path names, if it does
    PublicationDraft(@Nullable Channel target, @Nullable String traceparent) {
        this.channelByPath = target != null;
        this.channels = target == null ? List.of() : List.of(target);
        this.traceparent = traceparent;
    }

    @Override
    protected boolean knows(String name) {
        return NAMES.contains(name) || !channelByPath && (name.equals("channel") || name.equals("channels"));
    }

    @Override
    protected void take(String name, JsonMember value) {
        switch (name) {
            case "channel" -> channels = List.of(Channel.parse(value.text()));
            case "channels" -> {
                several = true;
                channels = distinct(value.texts(Limits.MAX_CHANNELS_PER_EVENT));
            }
            case "type" -> type = EventTypes.requirePublishable(value.text());
            case "payload" -> payload = value.payload();
            case "ephemeral" -> ephemeral = value.bool();
            case "exclude" -> exclude = Names.requireUserId("exclude", value.text());
            default -> throw new IllegalStateException(name);
        }
    }

    @Override
    protected void checkComplete() {
        if (!channelByPath) {
            if (has("channel") && has("channels")) {
                wrong("channels", "must not stand next to channel");
            } else if (!has("channels")) {
                missing("channel");
            }
        }
        missing("type");
        missing("payload");
    }

    @Override
    protected Publication complete() {
        return new Publication(
                channels,
                several,
                Objects.requireNonNull(type),
                Objects.requireNonNull(payload),
                ephemeral,
                exclude,
                traceparent);
    }

    private static List<Channel> distinct(List<String> names) {
        Set<Channel> channels = new LinkedHashSet<>();
        for (String name : names) {
            if (!channels.add(Channel.parse(name))) {
                throw new ContractViolation("channels", "must not hold a channel twice");
            }
        }
        return List.copyOf(channels);
    }
}
