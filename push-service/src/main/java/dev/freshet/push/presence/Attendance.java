package dev.freshet.push.presence;

import dev.freshet.contract.channel.Channel;
import java.util.HashSet;
import java.util.Set;

/// Where one connection makes its user present. Confined to the connection's event loop.
public final class Attendance {

    private final Presence presence;
    private final String user;
    private boolean counts;
    private final Set<Channel> channels = new HashSet<>(0);

    /// @param counts whether the connection makes its user present at all
    public Attendance(Presence presence, String user, boolean counts) {
        this.presence = presence;
        this.user = user;
        this.counts = counts;
    }

    /// The connection follows a channel. Does nothing if it did, or if nobody is present on channels of that
    /// kind.
    public void enter(Channel channel) {
        if (counts && Presence.isKnownOf(channel) && channels.add(channel)) {
            presence.enter(channel, user);
        }
    }

    /// The connection does not follow a channel any more, because it was asked not to: that is told at once.
    public void leave(Channel channel) {
        if (channels.remove(channel)) {
            presence.leave(channel, user, true);
        }
    }

    /// The connection ended. Its user may come back on another one, and then nobody is told.
    public void close() {
        // What is being joined meanwhile comes too late.
        counts = false;
        channels.forEach(channel -> presence.leave(channel, user, false));
        channels.clear();
    }
}
