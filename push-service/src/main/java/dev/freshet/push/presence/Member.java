package dev.freshet.push.presence;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.channel.Names;

/// One user on one channel, as this pod has it. Confined to the [Roster]'s context.
final class Member {

    /// @param channel a room or a document
    /// @param user who has a connection here that follows it
    record Key(Channel channel, String user) {

        /// As Redis keeps it: the channel and the user, a space in between.
        ///
        /// @throws ContractViolation if it is something else
        static Key parse(String text) {
            int space = text.indexOf(' ');
            if (space < 0) {
                throw new ContractViolation("member", "must be a channel and a user");
            }
            return new Key(
                    Channel.parse(text.substring(0, space)), Names.requireUserId("member", text.substring(space + 1)));
        }
    }

    final Key key;

    /// Connections of this pod that make the user present.
    int connections;

    /// Whether this pod says that the user is present; for a while also without a connection.
    boolean present;

    /// Whether Redis was told so under the pod's current id.
    boolean written;

    /// Whether it waits to be told to Redis.
    boolean queued;

    /// When a user without a connection will be absent, by the clock of `System.nanoTime()`.
    long absentAt;

    Member(Key key) {
        this.key = key;
    }

    boolean isForgotten() {
        return connections == 0 && !present && !written && !queued;
    }
}
