package dev.freshet.contract.channel;

import dev.freshet.contract.ContractViolation;

/// A channel: `user:42`, `broadcast:orders`, `room:general`, `document:7`.
///
/// @param kind what sort of channel it is
/// @param name 1 to 128 of `A-Za-z0-9_.@-`; of a `user` channel a user id
public record Channel(ChannelKind kind, String name) {

    private static final String RULE = "must be user:, broadcast:, room: or document: and a name of 1 to 128 of "
            + "A-Za-z0-9_.@- (me and notifications are no user ids)";

    public Channel {
        boolean good = kind == ChannelKind.USER ? Names.isUserId(name) : Names.isName(name);
        if (!good) {
            throw new ContractViolation("channel", RULE);
        }
    }

    /// @throws ContractViolation (field `channel`) if `text` is not a channel
    public static Channel parse(String text) {
        int colon = text.indexOf(':');
        ChannelKind kind = colon < 0 ? null : ChannelKind.ofPrefix(text, colon);
        if (kind == null) {
            throw new ContractViolation("channel", RULE);
        }
        return new Channel(kind, text.substring(colon + 1));
    }

    public static Channel user(String id) {
        return new Channel(ChannelKind.USER, id);
    }

    public static Channel broadcast(String name) {
        return new Channel(ChannelKind.BROADCAST, name);
    }

    public static Channel room(String id) {
        return new Channel(ChannelKind.ROOM, id);
    }

    public static Channel document(String id) {
        return new Channel(ChannelKind.DOCUMENT, id);
    }

    /// `kind:name`, as it travels.
    @Override
    public String toString() {
        return kind.word() + ":" + name;
    }
}
