package dev.freshet.push.presence;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.log.Keys;
import dev.freshet.contract.log.PresenceScripts;
import dev.freshet.push.metrics.PresenceMetrics;
import dev.freshet.service.log.Log;
import dev.freshet.service.redis.RedisLink;
import dev.freshet.service.redis.Script;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// One partition's presence in Redis. Failures are `RedisUnavailable`. Safe for any thread.
final class PresenceStore {

    private static final Logger LOG = Logger.getLogger(PresenceStore.class);

    private static final Script ENTER = Script.of(PresenceScripts.ENTER);
    private static final Script RENEW = Script.of(PresenceScripts.RENEW);
    private static final Script BURY = Script.of(PresenceScripts.BURY);
    private static final Script APPLY = Script.of(PresenceScripts.APPLY);
    private static final Script CROWDS = Script.of(PresenceScripts.CROWDS);
    private static final Script COUNT = Script.of(PresenceScripts.COUNT);

    private static final int CROWDS_AT_ONCE = 100;
    private static final int MS_BETWEEN_COUNTS = 1_000;

    /// What one pod is called, and the server's `master_replid` under which it entered.
    record Pod(String id, String server) {}

    /// @param present whether the member is entered or removed
    record Change(boolean present, Member.Key key) {}

    /// @param said each pod, and how often it has said that it lives
    /// @param dead pods whose members are to be removed
    record Renewal(Map<String, String> said, List<String> dead) {}

    private final RedisLink redis;
    private final Log log;
    private final int partition;
    private final PresenceMetrics metrics;
    private final int crowd;

    /// @param crowd above how many members only their count is told
    PresenceStore(RedisLink redis, Log log, int partition, PresenceMetrics metrics, int crowd) {
        this.redis = redis;
        this.log = log;
        this.partition = partition;
        this.metrics = metrics;
        this.crowd = crowd;
    }

    int partition() {
        return partition;
    }

    /// Enters under a new id.
    Future<Pod> enter() {
        String id = UUID.randomUUID().toString();
        return redis.run(ENTER, List.of(Keys.presencePods(partition)), List.of(id))
                .map(server -> new Pod(id, server.toString()));
    }

    /// Says that a pod lives.
    ///
    /// @return `null` if it has to enter again
    Future<@Nullable Renewal> renew(Pod pod) {
        return redis.run(RENEW, pods(), List.of(pod.id(), pod.server())).map(answer -> {
            if (!answer.get(0).toString().equals("renewed")) {
                return null;
            }
            Map<String, String> said = new LinkedHashMap<>();
            List<String> flat = texts(answer.get(1));
            for (int i = 0; i + 1 < flat.size(); i += 2) {
                said.put(flat.get(i), flat.get(i + 1));
            }
            return new Renewal(said, texts(answer.get(2)));
        });
    }

    /// Removes what an id of this pod's own said.
    void bury(Pod former) {
        redis.run(BURY, pods(), List.of(former.id(), ""));
    }

    /// Takes a pod for dead that has said nothing since it was last seen.
    Future<Void> bury(String pod, String said) {
        return redis.run(BURY, pods(), List.of(pod, said)).mapEmpty();
    }

    /// Enters and removes members of a pod that lives.
    ///
    /// @return whether it was done; if not, the pod has to enter again
    Future<Boolean> apply(Pod pod, List<Change> changes) {
        return apply(pod.id(), "live", pod.server(), changes);
    }

    /// Removes some of a dead pod's members. What somebody else has put among them and is none goes too, or it
    /// would keep the others there.
    ///
    /// @return how many; 0 if there are none left
    Future<Integer> sweep(String pod, int most) {
        String entered = Keys.presenceOf(partition, pod);
        return redis.send(Request.cmd(Command.SRANDMEMBER).arg(entered).arg(most))
                .compose(found -> {
                    if (found.size() == 0) {
                        Request forget = Request.cmd(Command.SREM)
                                .arg(Keys.presenceDead(partition))
                                .arg(pod);
                        return redis.send(forget).map(0);
                    }
                    Request drop = Request.cmd(Command.SREM).arg(entered);
                    List<Change> changes = new ArrayList<>(found.size());
                    for (Response each : found) {
                        try {
                            changes.add(new Change(false, Member.Key.parse(each.toString())));
                        } catch (ContractViolation none) {
                            // As bytes, for they need not be text.
                            drop.arg(each.toBytes());
                        }
                    }
                    int dropped = found.size() - changes.size();
                    if (dropped > 0) {
                        LOG.warnf("Dropped %d members of pod %s that are none", dropped, pod);
                    }
                    Future<?> clean = dropped > 0 ? redis.send(drop) : Future.succeededFuture();
                    return clean.compose(done -> changes.isEmpty()
                            ? Future.succeededFuture(dropped)
                            : apply(pod, "dead", "", changes).map(swept -> swept ? found.size() : 0));
                });
    }

    /// Tells the counts of crowds that have changed, if that was not done a moment ago.
    void tellCrowds() {
        List<String> keys = List.of(Keys.crowds(partition), Keys.crowdsTold(partition));
        redis.run(CROWDS, keys, List.of(CROWDS_AT_ONCE, MS_BETWEEN_COUNTS)).compose(found -> {
            List<String> channels = new ArrayList<>(found.size());
            Request drop = Request.cmd(Command.SREM).arg(Keys.crowds(partition));
            for (Response each : found) {
                if (isChannel(each.toString())) {
                    channels.add(each.toString());
                } else {
                    drop.arg(each.toBytes());
                }
            }
            if (channels.size() < found.size()) {
                redis.send(drop);
            }
            return channels.isEmpty() ? Future.succeededFuture() : count(channels);
        });
    }

    private static boolean isChannel(String text) {
        try {
            Channel.parse(text);
            return true;
        } catch (ContractViolation none) {
            return false;
        }
    }

    private Future<Response> count(List<String> channels) {
        List<String> keys =
                new ArrayList<>(List.of(Keys.events(partition), Keys.state(partition), Keys.crowds(partition)));
        List<Object> arguments = new ArrayList<>();
        log.settings(arguments);
        for (String channel : channels) {
            keys.add(Keys.presence(partition, Channel.parse(channel)));
            arguments.add(channel);
        }
        return redis.run(COUNT, keys, arguments);
    }

    private Future<Boolean> apply(String pod, String mode, String server, List<Change> changes) {
        List<String> keys = new ArrayList<>(List.of(
                Keys.events(partition),
                Keys.state(partition),
                Keys.presencePods(partition),
                Keys.presenceDead(partition),
                Keys.presenceOf(partition, pod),
                Keys.crowds(partition)));
        int before = keys.size();
        List<Object> arguments = new ArrayList<>(8 + 4 * changes.size());
        log.settings(arguments);
        arguments.addAll(List.of(pod, mode, server, crowd));
        Map<Channel, Integer> numbers = new LinkedHashMap<>();
        for (Change change : changes) {
            Channel channel = change.key().channel();
            Integer number = numbers.get(channel);
            if (number == null) {
                keys.add(Keys.presence(partition, channel));
                number = keys.size() - before;
                numbers.put(channel, number);
            }
            arguments.addAll(List.of(
                    change.present() ? "+" : "-", number, channel, change.key().user()));
        }
        return redis.run(APPLY, keys, arguments).map(answer -> {
            if (!answer.get(0).toString().equals("done")) {
                return false;
            }
            metrics.told(answer.get(1).toInteger(), answer.get(2).toInteger());
            return true;
        });
    }

    /// Whether Redis answered that it is full, and so did nothing.
    static boolean isRefused(Throwable failure) {
        return failure.getMessage() != null && failure.getMessage().contains("OOM");
    }

    private List<String> pods() {
        return List.of(Keys.presencePods(partition), Keys.presenceDead(partition));
    }

    private static List<String> texts(Response answer) {
        List<String> texts = new ArrayList<>(answer.size());
        answer.forEach(each -> texts.add(each.toString()));
        return texts;
    }
}
