package dev.freshet.push.presence;

import dev.freshet.push.metrics.PresenceMetrics;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import org.jboss.logging.Logger;

/// Removes what pods said that do not live any more. Every pod does it for all others.
///
/// A pod is dead when it was seen to be silent often enough. What counts is looks that Redis answered, not time:
/// while Redis is away nobody can say that he lives, and no clock is asked that somebody may set. Confined to the
/// [Roster]'s context.
final class Sweep {

    private static final Logger LOG = Logger.getLogger(Sweep.class);

    private static final int BATCH = 200;

    /// @param said how often the pod had said that it lives
    /// @param misses how often it was seen since without another word
    private record Sight(String said, int misses) {}

    private final PresenceStore store;
    private final PresenceMetrics metrics;
    private final int patience;
    private final Map<String, Sight> seen = new HashMap<>();
    private boolean sweeping;
    private int turn;

    /// @param patience how often a pod may be silent
    Sweep(PresenceStore store, PresenceMetrics metrics, int patience) {
        this.store = store;
        this.metrics = metrics;
        this.patience = patience;
    }

    /// Begins to watch anew: who had to enter again gives all others the time to do so too.
    void begin() {
        seen.clear();
    }

    /// Takes what a renewal has shown.
    void look(PresenceStore.Renewal renewal, PresenceStore.Pod own) {
        seen.keySet().retainAll(renewal.said().keySet());
        renewal.said().forEach((pod, said) -> {
            Sight before = seen.get(pod);
            int misses = before != null && before.said().equals(said) ? before.misses() + 1 : 0;
            seen.put(pod, new Sight(said, misses));
            if (misses >= patience && !pod.equals(own.id())) {
                LOG.infof("Pod %s of partition %d is silent; its users are absent now", pod, store.partition());
                store.bury(pod, said);
            }
        });
        if (!sweeping && !renewal.dead().isEmpty()) {
            sweeping = true;
            // Each time another one: what cannot be removed of one must not keep the others.
            turn = (turn + 1) % renewal.dead().size();
            sweep(renewal.dead().get(turn)).onComplete(swept -> sweeping = false);
        }
    }

    private Future<Void> sweep(String pod) {
        return store.sweep(pod, BATCH).compose(removed -> {
            metrics.swept(removed);
            return removed == 0 ? Future.succeededFuture() : sweep(pod);
        });
    }
}
