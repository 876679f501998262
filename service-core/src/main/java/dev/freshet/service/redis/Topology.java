package dev.freshet.service.redis;

import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which server has which slot. Confined to one event loop.
///
/// What it knows is a moment old, at best: who connects to a primary asks it for its role.
interface Topology {

    /// The primary of a slot, as far as is known.
    @Nullable
    Address primary(int slot);

    /// Asks again where everything is. Fails if nobody who should know answers; what was known stays then.
    Future<Void> refresh();

    /// This server failed: who asks for the primary next must ask anew.
    void doubt(Address server);

    /// A server said where a slot is.
    ///
    /// @return whether that was taken over, so that a command can go there
    boolean moved(int slot, Address to);

    /// Whether this server is the primary of a slot, as far as is known.
    boolean isPrimary(Address server);

    /// Replicas of a slot's primary; some may be out of sync or gone.
    Future<List<Address>> replicas(int slot);

    /// Whether primaries can change, so that it is worth looking every now and then.
    boolean canChange();

    /// Whether servers share the slots.
    boolean isCluster();

    void close();
}
