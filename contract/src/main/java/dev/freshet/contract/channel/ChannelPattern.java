package dev.freshet.contract.channel;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.Limits;

/// A set of channels of one kind: `room:general` (one), `room:team-*` (a prefix), `room:*` (all).
///
/// @param kind of every channel in the set
/// @param name the exact name, or the prefix, which may be empty
/// @param prefix whether `name` is a prefix
public record ChannelPattern(ChannelKind kind, String name, boolean prefix) {

    private static final String RULE = "must be kind:name, kind:prefix* or kind:*";

    public ChannelPattern {
        boolean good = prefix
                ? name.length() <= Limits.MAX_NAME_LENGTH && Names.isNamePart(name, 0)
                : kind == ChannelKind.USER ? Names.isUserId(name) : Names.isName(name);
        if (!good) {
            throw new ContractViolation("pattern", RULE);
        }
    }

    /// @throws ContractViolation (field `pattern`) if `text` is not a pattern
    public static ChannelPattern parse(String text) {
        int colon = text.indexOf(':');
        ChannelKind kind = colon < 0 ? null : ChannelKind.ofPrefix(text, colon);
        if (kind == null) {
            throw new ContractViolation("pattern", RULE);
        }
        boolean prefix = text.endsWith("*");
        return new ChannelPattern(kind, text.substring(colon + 1, prefix ? text.length() - 1 : text.length()), prefix);
    }

    public boolean matches(Channel channel) {
        return channel.kind() == kind
                && (prefix ? channel.name().startsWith(name) : channel.name().equals(name));
    }

    /// Whether every channel of `other` is in this set.
    public boolean covers(ChannelPattern other) {
        if (other.kind != kind) {
            return false;
        }
        return prefix ? other.name.startsWith(name) : !other.prefix && other.name.equals(name);
    }

    @Override
    public String toString() {
        return kind.word() + ":" + name + (prefix ? "*" : "");
    }
}
