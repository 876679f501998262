package dev.freshet.push.presence;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.channel.Names;
import dev.freshet.contract.log.Keys;
import dev.freshet.contract.log.Partitions;
import dev.freshet.service.redis.RedisLink;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Reads who is present, page by page. Safe for any thread.
///
/// @see <a href="https://redis.io/docs/latest/commands/scan/">SCAN, what it guarantees</a>
public final class Snapshots {

    /// Users of a page, at most.
    public static final int MAX_USERS = 1_000;

    /// Redis may give some more than it is asked for.
    private static final int STEP = 250;

    /// Everybody in a crowd may ask at once, after a drain for example.
    private static final long KEPT_MS = 1_000;

    /// @param users each once; a user who comes or goes while pages are read may be on any of them or on none
    /// @param count of all users
    /// @param next asks for the next page; empty on the last
    public record Page(List<String> users, long count, String next) {

        public Page {
            users = List.copyOf(users);
        }
    }

    private record Question(Channel channel, String after) {}

    private final Vertx vertx;
    private final RedisLink redis;
    private final Partitions partitions;
    private final int crowd;
    private final Map<Question, Page> kept = new ConcurrentHashMap<>();

    Snapshots(Vertx vertx, RedisLink redis, Partitions partitions, int crowd) {
        this.vertx = vertx;
        this.redis = redis;
        this.partitions = partitions;
        this.crowd = crowd;
    }

    Future<Page> page(Channel channel, String after) {
        Question question = new Question(channel, after);
        Page known = kept.get(question);
        if (known != null) {
            return Future.succeededFuture(known);
        }
        String key = Keys.presence(partitions.of(channel), channel);
        Set<String> users = new LinkedHashSet<>();
        Future<Response> count = redis.send(Request.cmd(Command.HLEN).arg(key));
        return scan(key, after.isEmpty() ? "0" : after, users)
                .compose(next -> count.map(all -> new Page(List.copyOf(users), all.toLong(), next)))
                .onSuccess(page -> {
                    // The first page only: others have as many names as a client may invent.
                    if (page.count() > crowd && after.isEmpty()) {
                        kept.put(question, page);
                        vertx.setTimer(KEPT_MS, fired -> kept.remove(question));
                    }
                });
    }

    /// @return where to go on; empty at the end
    private Future<String> scan(String key, String cursor, Set<String> users) {
        Request request =
                Request.cmd(Command.HSCAN).arg(key).arg(cursor).arg("COUNT").arg(STEP);
        return redis.send(request).compose(answer -> {
            Response fields = answer.get(1);
            for (int i = 0; i + 1 < fields.size(); i += 2) {
                String user = fields.get(i).toString();
                if (Names.isUserId(user)) {
                    users.add(user);
                }
            }
            String next = answer.get(0).toString();
            if (next.equals("0")) {
                return Future.succeededFuture("");
            }
            return users.size() > MAX_USERS - 2 * STEP ? Future.succeededFuture(next) : scan(key, next, users);
        });
    }
}
