package dev.freshet.contract.channel;

import java.util.List;

/// Channels that somebody may follow, or may publish to, as a token's claim lists them.
///
/// @param patterns any of which suffices; empty grants nothing
public record Grants(List<ChannelPattern> patterns) {

    public static final Grants NONE = new Grants(List.of());

    public Grants {
        patterns = List.copyOf(patterns);
    }

    /// @throws dev.freshet.contract.ContractViolation (field `pattern`) if one is malformed
    public static Grants parse(List<String> patterns) {
        return new Grants(patterns.stream().map(ChannelPattern::parse).toList());
    }

    public boolean allow(Channel channel) {
        for (ChannelPattern pattern : patterns) {
            if (pattern.matches(channel)) {
                return true;
            }
        }
        return false;
    }

    public List<String> asText() {
        return patterns.stream().map(ChannelPattern::toString).toList();
    }
}
