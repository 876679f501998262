package dev.freshet.bench.load;

/// Who follows what.
///
/// @param shape what kind of channels there are
/// @param channels how many; clients are dealt to them in turn
public record Audience(Wire wire, int clients, Shape shape, int channels) {

    public enum Shape {
        /// `broadcast:` channels.
        TOPICS,
        /// Each client's own `user:` channel.
        OWN,
        /// `room:` channels, with presence.
        ROOMS
    }

    /// All follow one channel.
    public static Audience crowd(Wire wire, int clients) {
        return new Audience(wire, clients, Shape.TOPICS, 1);
    }

    /// Each follows its own.
    public static Audience users(Wire wire, int clients) {
        return new Audience(wire, clients, Shape.OWN, clients);
    }

    public int channelOf(int client) {
        return client % channels;
    }

    /// How many follow a channel.
    public int followers(int channel) {
        return clients / channels + (channel < clients % channels ? 1 : 0);
    }
}
