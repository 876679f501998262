package dev.freshet.service.identity;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.channel.ChannelKind;
import dev.freshet.contract.channel.Grants;
import dev.freshet.contract.ticket.TicketRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A signed-in user and what they may do. Immutable.
///
/// @param userId fits the grammar of user ids
/// @param name shown name, where the token had one
/// @param subscribe channels that the user may follow besides the own `user:` channel
/// @param publish channels that the user may publish to
/// @param groups roles
/// @param issuedAt when the token was issued, ms since 1970
/// @param expiresAt when it ends, ms since 1970
public record Caller(
        String userId,
        @Nullable String name,
        Grants subscribe,
        Grants publish,
        List<String> groups,
        long issuedAt,
        long expiresAt) {

    public static Caller of(TicketRecord record) {
        return new Caller(
                record.userId(),
                record.name(),
                record.subscribe(),
                record.publish(),
                record.groups(),
                record.issuedAt(),
                record.expiresAt());
    }

    /// What a ticket for this caller remembers.
    public TicketRecord toTicket(Grants narrowedSubscribe, Grants narrowedPublish) {
        return new TicketRecord(userId, name, narrowedSubscribe, narrowedPublish, groups, issuedAt, expiresAt);
    }

    public Channel ownChannel() {
        return Channel.user(userId);
    }

    public boolean mayFollow(Channel channel) {
        boolean own = channel.kind() == ChannelKind.USER && channel.name().equals(userId);
        return own || subscribe.allow(channel);
    }

    /// By the `publish` grants; and who may follow a room may send to it.
    public boolean mayPublish(Channel channel) {
        return publish.allow(channel) || channel.kind() == ChannelKind.ROOM && mayFollow(channel);
    }
}
