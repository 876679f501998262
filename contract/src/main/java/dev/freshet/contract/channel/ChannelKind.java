package dev.freshet.contract.channel;

import org.jspecify.annotations.Nullable;

/// The kinds of channels. A kind decides who may follow by default and what else the channel has (presence, content).
public enum ChannelKind {
    /// Everything meant for one person, on all devices.
    USER("user"),
    /// Readable by every signed-in user unless configured otherwise.
    BROADCAST("broadcast"),
    /// A group of people: messages, presence.
    ROOM("room"),
    /// Shared content: versions, cursors, presence.
    DOCUMENT("document");

    private static final ChannelKind[] KINDS = values();

    private final String word;

    ChannelKind(String word) {
        this.word = word;
    }

    /// As it stands before the colon.
    public String word() {
        return word;
    }

    static @Nullable ChannelKind ofPrefix(String text, int colon) {
        for (ChannelKind kind : KINDS) {
            if (kind.word.length() == colon && text.startsWith(kind.word)) {
                return kind;
            }
        }
        return null;
    }
}
