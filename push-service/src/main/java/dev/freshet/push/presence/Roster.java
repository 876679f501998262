package dev.freshet.push.presence;

import dev.freshet.contract.channel.Channel;
import dev.freshet.push.config.PushConfig;
import dev.freshet.push.metrics.PresenceMetrics;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Who is present on one partition's channels by this pod's connections, and the duty to say so in Redis.
///
/// Connections are counted here, so that Redis hears only of a user's first and last one. What it has to hear is
/// kept as a wish per member, not as a list of commands: it may be repeated until it is fulfilled. Once a
/// command's outcome is not known, or Redis lost something, the pod takes a new id and says everything again;
/// what it said under the old one is removed after that, so that nobody is told of a change that was none.
///
/// All on one Vert.x context, but for the calls that say otherwise.
final class Roster {

    private static final Logger LOG = Logger.getLogger(Roster.class);

    /// Members per script: it must not keep Redis for long.
    private static final int BATCH = 200;

    private static final String NOT_ENTERED = "presence is being written anew";

    private static final long TICK_MS = 200;

    /// Crowds are told about once a second.
    private static final int TICKS_PER_COUNT = 5;

    private static final long RETRY_MS = 500;

    /// A member may come back before its time: then this says nothing any more.
    private record Leaving(Member member, long at) {}

    private final Vertx vertx;
    private final Context context;
    private final PresenceStore store;
    private final PresenceMetrics metrics;
    private final LongSupplier nanoTime;
    private final long graceNanos;
    private final long renewalMs;
    private final Sweep sweep;

    private final Map<Member.Key, Member> members = new HashMap<>();
    private final Deque<Member> unwritten = new ArrayDeque<>();
    private final Deque<Leaving> leaving = new ArrayDeque<>();
    private final List<Promise<Void>> awaiting = new ArrayList<>();

    /// Ids under which this pod spoke before; what they said is still to be removed.
    private final List<PresenceStore.Pod> former = new ArrayList<>();

    /// The id under which it speaks; `null` while it has none.
    private PresenceStore.@Nullable Pod pod;

    private long present;
    private int ticks;
    private boolean busy;
    private boolean stopped;

    Roster(
            Vertx vertx,
            PresenceStore store,
            PresenceMetrics metrics,
            PushConfig.Presence config,
            LongSupplier nanoTime) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.store = store;
        this.metrics = metrics;
        this.nanoTime = nanoTime;
        this.graceNanos = config.leaveGrace().toNanos();
        this.renewalMs = config.renewalInterval().toMillis();
        this.sweep = new Sweep(store, metrics, config.missedRenewals());
    }

    /// Safe for any thread, as is [#stop].
    void start() {
        context.runOnContext(now -> {
            enter();
            // Set there, it fires there: a pod on which nobody is wakes one thread for it.
            vertx.setPeriodic(TICK_MS, tick -> tick());
        });
    }

    /// What this pod said stays until others find that it is silent: its users have as long to come back.
    void stop() {
        context.runOnContext(now -> stopped = true);
    }

    /// A connection makes a user present. Safe for any thread, as is [#leave]; calls of one thread keep their
    /// order.
    void enter(Channel channel, String user) {
        context.runOnContext(now -> {
            Member member = members.computeIfAbsent(new Member.Key(channel, user), Member::new);
            member.connections++;
            wish(member, true);
        });
    }

    /// A connection does not any more.
    ///
    /// @param atOnce whether the user said so; else he may be about to come back
    void leave(Channel channel, String user, boolean atOnce) {
        context.runOnContext(now -> {
            Member member = members.get(new Member.Key(channel, user));
            if (member == null || --member.connections > 0) {
                return;
            }
            if (atOnce) {
                wish(member, false);
            } else {
                member.absentAt = nanoTime.getAsLong() + graceNanos;
                leaving.add(new Leaving(member, member.absentAt));
            }
        });
    }

    /// Completes when Redis has been told all that was to be told when it was asked; fails where this pod has to
    /// say everything anew, for nobody knows how long that takes. Safe for any thread.
    Future<Void> written() {
        Promise<Void> done = Promise.promise();
        context.runOnContext(now -> {
            if (pod == null) {
                done.fail(NOT_ENTERED);
            } else if (unwritten.isEmpty() && !busy) {
                done.complete();
            } else {
                awaiting.add(done);
            }
        });
        return done.future();
    }

    private void wish(Member member, boolean wished) {
        if (member.present != wished) {
            member.present = wished;
            present += wished ? 1 : -1;
            metrics.members(store.partition(), present);
            if (member.present != member.written) {
                again(member);
                write();
            }
        }
    }

    private void tick() {
        long now = nanoTime.getAsLong();
        while (!leaving.isEmpty() && leaving.peek().at() - now <= 0) {
            Leaving due = leaving.remove();
            if (due.member().connections == 0 && due.member().absentAt == due.at()) {
                wish(due.member(), false);
            }
        }
        write();
        if (++ticks % TICKS_PER_COUNT == 0 && pod != null) {
            store.tellCrowds();
        }
    }

    /// Takes a new id and begins to say everything under it.
    private void enter() {
        if (stopped) {
            return;
        }
        if (pod != null) {
            former.add(pod);
            pod = null;
            awaiting.forEach(done -> done.fail(NOT_ENTERED));
            awaiting.clear();
            metrics.reentered();
        }
        busy = true;
        store.enter()
                .onComplete(entered -> context.runOnContext(now -> {
                    busy = false;
                    if (entered.failed()) {
                        LOG.debugf(
                                "Presence cannot be entered: %s",
                                entered.cause().getMessage());
                        vertx.setTimer(RETRY_MS, fired -> context.runOnContext(then -> enter()));
                        return;
                    }
                    begin(entered.result());
                }));
    }

    private void begin(PresenceStore.Pod fresh) {
        pod = fresh;
        sweep.begin();
        unwritten.clear();
        members.values().forEach(member -> {
            member.written = false;
            member.queued = member.present;
            if (member.present) {
                unwritten.add(member);
            }
        });
        members.values().removeIf(Member::isForgotten);
        write();
        renewLater(fresh);
    }

    private void write() {
        PresenceStore.Pod current = pod;
        if (busy || current == null) {
            return;
        }
        if (unwritten.isEmpty()) {
            settled();
            return;
        }
        List<Member> batch = new ArrayList<>();
        List<PresenceStore.Change> changes = new ArrayList<>();
        while (!unwritten.isEmpty() && batch.size() < BATCH) {
            Member member = unwritten.remove();
            member.queued = false;
            if (member.present != member.written) {
                batch.add(member);
                changes.add(new PresenceStore.Change(member.present, member.key));
            } else if (member.isForgotten()) {
                members.remove(member.key);
            }
        }
        if (batch.isEmpty()) {
            settled();
            return;
        }
        busy = true;
        store.apply(current, changes)
                .onComplete(applied -> context.runOnContext(now -> {
                    if (pod != current) {
                        // It has another id meanwhile, and begins anew.
                        return;
                    }
                    busy = false;
                    if (applied.succeeded() && applied.result()) {
                        for (int i = 0; i < batch.size(); i++) {
                            fulfilled(batch.get(i), changes.get(i).present());
                        }
                        write();
                    } else if (applied.failed() && PresenceStore.isRefused(applied.cause())) {
                        // Redis is full, and did nothing.
                        batch.forEach(this::again);
                    } else {
                        enter();
                    }
                }));
    }

    private void fulfilled(Member member, boolean present) {
        member.written = present;
        if (member.present != present) {
            again(member);
        } else if (member.isForgotten()) {
            members.remove(member.key);
        }
    }

    private void again(Member member) {
        if (!member.queued) {
            member.queued = true;
            unwritten.add(member);
        }
    }

    /// Everything is said under the present id.
    private void settled() {
        awaiting.forEach(Promise::complete);
        awaiting.clear();
        if (!former.isEmpty()) {
            store.bury(former.removeFirst());
        }
    }

    private void renewLater(PresenceStore.Pod current) {
        vertx.setTimer(renewalMs, fired -> context.runOnContext(now -> renew(current)));
    }

    private void renew(PresenceStore.Pod current) {
        if (stopped || pod != current) {
            return;
        }
        store.renew(current)
                .onComplete(renewed -> context.runOnContext(now -> {
                    if (pod != current) {
                        return;
                    }
                    if (renewed.succeeded() && renewed.result() == null) {
                        enter();
                        return;
                    }
                    if (renewed.succeeded()) {
                        sweep.look(renewed.result(), current);
                    }
                    renewLater(current);
                }));
    }
}
