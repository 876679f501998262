package dev.freshet.events.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.EntryReader;
import dev.freshet.contract.log.IndexScripts;
import dev.freshet.contract.log.Keys;
import dev.freshet.contract.log.LogScripts;
import dev.freshet.contract.log.Partitions;
import dev.freshet.service.redis.Script;
import dev.freshet.testkit.RedisServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/// Random sequences of appends, indexing, trimming, expiry and strangers' deeds on a real Redis. After each
/// step, every history has exactly what it claims to have.
@NullUnmarked // its fields are set before the tries
class IndexPropertyTest {

    private static final Script INDEX = Script.of(IndexScripts.INDEX);
    private static final Script TRIM = Script.of(IndexScripts.TRIM);
    private static final Script EXPIRE = Script.of(IndexScripts.EXPIRE);
    private static final Script RENEW = Script.of(LogScripts.RENEW);

    /// Everything that a reader of histories sees, at one moment.
    private static final Script SEE = Script.of("""
            #!lua
            local state = redis.call('HMGET', KEYS[1], 'epoch', 'replid', 'indexed', 'hole', 'floor')
            local answer = {state[1] or '', state[2] or '', state[3] or '0-0', state[4] or '0-0', state[5] or '0-0'}
            for i = 3, #KEYS do
              local type, deleted, ids = redis.call('TYPE', KEYS[i]).ok, '0-0', {}
              if type == 'stream' then
                local info = redis.call('XINFO', 'STREAM', KEYS[i])
                for j = 1, #info, 2 do
                  if info[j] == 'max-deleted-entry-id' then deleted = info[j + 1] end
                end
                for j, entry in ipairs(redis.call('XRANGE', KEYS[i], '-', '+')) do ids[j] = entry[1] end
              end
              answer[#answer + 1] = {type, redis.call('ZSCORE', KEYS[2], ARGV[i - 2]) or '', deleted, ids}
            end
            return answer
            """);

    private static final List<Channel> CHANNELS =
            List.of(Channel.parse("user:1"), Channel.parse("room:a"), Channel.parse("broadcast:x"));
    private static final int HISTORY_LENGTH = 4;

    /// Ids are an hour apart, so that trimming by age can be aimed between two of them.
    private static final long APART_MS = 3_600_000;

    private static RedisServer server;
    private static Vertx vertx;
    private static RedisConnection redis;

    enum Act {
        APPEND,
        APPEND_EPHEMERAL,
        APPEND_MALFORMED,
        READ,
        APPLY,
        INDEX_ALL,
        TRIM_BY_AGE,
        TRIM_BY_CAP,
        EXPIRE,
        STRANGER_TRIMS,
        STRANGER_DELETES,
        STRANGER_DELETES_FROM_HISTORY,
        STRANGER_DELETES_HISTORY,
        STRANGER_PUTS_WRONG_TYPE,
        STRANGER_REMOVES_WRONG_TYPE,
        STRANGER_DELETES_LOG,
        FLUSHALL
    }

    record Step(Act act, int a, int b) {}

    /// What an indexer has in hand.
    private record Read(String epoch, StreamId indexed, Response entries) {}

    @BeforeContainer
    static void start() throws Exception {
        // Small nodes, so that trimming by whole nodes trims something.
        server = RedisServer.start("--stream-node-max-entries", "2");
        vertx = Vertx.vertx();
        redis = await(Redis.createClient(vertx, server.url()).connect());
    }

    @AfterContainer
    static void stop() throws Exception {
        await(vertx.close());
        server.close();
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Act> act = Arbitraries.frequency(
                Tuple.of(14, Act.APPEND),
                Tuple.of(2, Act.APPEND_EPHEMERAL),
                Tuple.of(2, Act.APPEND_MALFORMED),
                Tuple.of(10, Act.READ),
                Tuple.of(10, Act.APPLY),
                Tuple.of(2, Act.INDEX_ALL),
                Tuple.of(3, Act.TRIM_BY_AGE),
                Tuple.of(1, Act.TRIM_BY_CAP),
                Tuple.of(3, Act.EXPIRE),
                Tuple.of(1, Act.STRANGER_TRIMS),
                Tuple.of(1, Act.STRANGER_DELETES),
                Tuple.of(1, Act.STRANGER_DELETES_FROM_HISTORY),
                Tuple.of(2, Act.STRANGER_DELETES_HISTORY),
                Tuple.of(1, Act.STRANGER_PUTS_WRONG_TYPE),
                Tuple.of(1, Act.STRANGER_REMOVES_WRONG_TYPE),
                Tuple.of(1, Act.STRANGER_DELETES_LOG),
                Tuple.of(1, Act.FLUSHALL));
        return Combinators.combine(
                        act,
                        Arbitraries.integers().between(0, 1 << 20),
                        Arbitraries.integers().between(0, 1 << 20))
                .as(Step::new)
                .list()
                .ofMinSize(20)
                .ofMaxSize(80)
                .map(IndexPropertyTest::tellable);
    }

    /// Where as many entries were trimmed unread from a new log as the deleted one ever had, nobody can tell it from
    /// that one.
    private static List<Step> tellable(List<Step> steps) {
        boolean deletesLog = steps.stream().anyMatch(step -> step.act == Act.STRANGER_DELETES_LOG);
        return deletesLog
                ? steps.stream()
                        .filter(step -> step.act != Act.STRANGER_TRIMS && step.act != Act.TRIM_BY_CAP)
                        .toList()
                : steps;
    }

    @Property(tries = 150)
    void everyHistoryHasExactlyWhatItClaimsToHave(@ForAll("steps") List<Step> steps) throws Exception {
        new World().live(steps);
    }

    private static final class World {

        /// What was ever appended for a history, since Redis was empty.
        private final List<TreeMap<StreamId, Integer>> events =
                List.of(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());

        private final @Nullable Read[] hands = new Read[2];
        private final EntryReader reader = new EntryReader(new Partitions(1), 0, () -> "");
        private long clock = 1;
        private int epochs;
        private int serial;

        void live(List<Step> steps) throws Exception {
            flush();
            for (Step step : steps) {
                act(step);
                check();
            }
            indexAll();
            check();
            Response end = see();
            assertThat(end.get(2).toString()).as("in the end all is indexed").isEqualTo(last());
        }

        private void act(Step step) throws Exception {
            int a = step.a;
            Channel channel = CHANNELS.get(a % CHANNELS.size());
            String history = Keys.history(0, channel);
            switch (step.act) {
                case APPEND -> append(a % CHANNELS.size(), false);
                case APPEND_EPHEMERAL -> append(a % CHANNELS.size(), true);
                case APPEND_MALFORMED ->
                    send(Request.cmd(Command.XADD)
                            .arg(Keys.events(0))
                            .arg(next())
                            .arg("a")
                            .arg("b"));
                case READ -> hands[a % 2] = read(1 + step.b % 5);
                case APPLY -> apply(a % 2);
                case INDEX_ALL -> indexAll();
                case TRIM_BY_AGE -> {
                    long cut = APART_MS * (step.b % (clock + 1)) + APART_MS / 2;
                    run(
                            TRIM,
                            List.of(Keys.events(0), Keys.state(0)),
                            System.currentTimeMillis() - cut,
                            1_000_000,
                            1 << 30,
                            1_000,
                            0);
                }
                case TRIM_BY_CAP ->
                    run(
                            TRIM,
                            List.of(Keys.events(0), Keys.state(0)),
                            Long.MAX_VALUE / 4,
                            step.b % 8,
                            1 << 30,
                            1_000,
                            0);
                case EXPIRE -> {
                    send(Request.cmd(Command.ZADD)
                            .arg(Keys.channels(0))
                            .arg("XX")
                            .arg("1")
                            .arg(channel.toString()));
                    run(EXPIRE, List.of(Keys.state(0), Keys.channels(0), history), 60_000, channel);
                }
                case STRANGER_TRIMS ->
                    send(Request.cmd(Command.XTRIM)
                            .arg(Keys.events(0))
                            .arg("MAXLEN")
                            .arg(step.b % 6));
                case STRANGER_DELETES -> delete(Keys.events(0), step.b);
                case STRANGER_DELETES_FROM_HISTORY -> {
                    if (type(history).equals("stream")) {
                        delete(history, step.b);
                    }
                }
                case STRANGER_DELETES_HISTORY -> send(Request.cmd(Command.DEL).arg(history));
                case STRANGER_PUTS_WRONG_TYPE ->
                    send(Request.cmd(Command.SET).arg(history).arg("a stranger's"));
                case STRANGER_REMOVES_WRONG_TYPE -> {
                    if (type(history).equals("string")) {
                        send(Request.cmd(Command.DEL).arg(history));
                    }
                }
                case STRANGER_DELETES_LOG -> {
                    // What was not even copied before it was deleted leaves no trace.
                    indexAll();
                    send(Request.cmd(Command.DEL).arg(Keys.events(0)));
                }
                case FLUSHALL -> flush();
            }
        }

        /// Every history has all of its channel's events above what is known to be missing, in order, and
        /// nothing else.
        private void check() throws Exception {
            Response now = see();
            StreamId indexed = id(now.get(2));
            StreamId hole = id(now.get(3));
            StreamId floor = id(now.get(4));
            for (int i = 0; i < CHANNELS.size(); i++) {
                Response history = now.get(5 + i);
                boolean stream = history.get(0).toString().equals("stream");
                if (!stream && !history.get(1).toString().isEmpty()) {
                    // Registered, but not there: known to be lost.
                    continue;
                }
                StreamId missing = max(hole, stream ? id(history.get(2)) : floor);
                List<String> has = new ArrayList<>();
                for (Response entry : history.get(3)) {
                    has.add(entry.toString());
                    assertThat(events.get(i))
                            .as("what " + CHANNELS.get(i) + " has")
                            .containsKey(id(entry));
                    assertThat(id(entry)).isLessThanOrEqualTo(max(indexed, hole));
                }
                assertThat(has.size()).isLessThanOrEqualTo(HISTORY_LENGTH);
                List<String> must = missing.compareTo(indexed) >= 0
                        ? List.of()
                        : events.get(i).subMap(missing, false, indexed, true).keySet().stream()
                                .map(StreamId::toString)
                                .toList();
                has.removeIf(
                        text -> Objects.requireNonNull(StreamId.parse(text)).compareTo(missing) <= 0);
                assertThat(has)
                        .as("%s from %s to %s", CHANNELS.get(i), missing, indexed)
                        .isEqualTo(must);
            }
        }

        private void append(int channel, boolean ephemeral) throws Exception {
            String id = next();
            Request add = Request.cmd(Command.XADD)
                    .arg(Keys.events(0))
                    .arg(id)
                    .arg("channel")
                    .arg(CHANNELS.get(channel).toString())
                    .arg("type")
                    .arg("t")
                    .arg("payload")
                    .arg(++serial);
            if (ephemeral) {
                add.arg("ephemeral").arg("1");
            }
            send(add);
            if (!ephemeral) {
                events.get(channel).put(Objects.requireNonNull(StreamId.parse(id)), serial);
            }
        }

        private Read read(int count) throws Exception {
            Response state = see();
            StreamId indexed = id(state.get(2));
            Response entries = send(Request.cmd(Command.XRANGE)
                    .arg(Keys.events(0))
                    .arg("(" + indexed)
                    .arg("+")
                    .arg("COUNT")
                    .arg(count));
            return new Read(state.get(0).toString(), indexed, entries);
        }

        private String apply(int hand) throws Exception {
            Read read = hands[hand];
            hands[hand] = null;
            return read == null ? "nothing" : apply(read);
        }

        private String apply(Read read) throws Exception {
            Batch batch = Batch.of(read.indexed, read.entries, reader);
            List<String> keys =
                    new ArrayList<>(List.of(Keys.events(0), Keys.state(0), Keys.channels(0), Keys.rejected(0)));
            keys.addAll(batch.histories(0));
            List<Object> arguments =
                    new ArrayList<>(List.of(read.epoch, replid(), read.indexed, HISTORY_LENGTH, 1 << 20, 100));
            arguments.addAll(batch.arguments());
            return run(INDEX, keys, arguments.toArray()).get(0).toString();
        }

        private void indexAll() throws Exception {
            for (int i = 0; i < 1_000; i++) {
                String outcome = apply(read(5));
                if (outcome.equals("another")) {
                    renew();
                } else if (outcome.equals("applied")
                        && id(see().get(2)).toString().equals(last())) {
                    return;
                }
            }
            throw new AssertionError("it does not come to the end");
        }

        private void renew() throws Exception {
            String epoch = see().get(0).toString();
            run(RENEW, List.of(Keys.events(0), Keys.state(0)), epoch, replid(), replid(), epoch(), "", "", "", 0);
        }

        private void flush() throws Exception {
            send(Request.cmd(Command.FLUSHALL));
            send(Request.cmd(Command.HSET)
                    .arg(Keys.state(0))
                    .arg("epoch")
                    .arg(epoch())
                    .arg("replid")
                    .arg(replid()));
            events.forEach(TreeMap::clear);
        }

        private String epoch() {
            return "epoch" + epochs++;
        }

        private String next() {
            return APART_MS * clock++ + "-0";
        }

        private void delete(String key, int choice) throws Exception {
            Response entries =
                    send(Request.cmd(Command.XRANGE).arg(key).arg("-").arg("+"));
            if (entries.size() > 0) {
                send(Request.cmd(Command.XDEL)
                        .arg(key)
                        .arg(entries.get(choice % entries.size()).get(0).toString()));
            }
        }

        private static String last() throws Exception {
            return run(Script.of(LogScripts.FACTS), List.of(Keys.events(0), Keys.state(0)))
                    .get(10)
                    .toString();
        }

        private static String type(String key) throws Exception {
            return send(Request.cmd(Command.TYPE).arg(key)).toString();
        }

        private static Response see() throws Exception {
            List<String> keys = new ArrayList<>(List.of(Keys.state(0), Keys.channels(0)));
            CHANNELS.forEach(channel -> keys.add(Keys.history(0, channel)));
            return run(SEE, keys, CHANNELS.toArray());
        }

        private static String replid() throws Exception {
            String info = send(Request.cmd(Command.INFO).arg("replication")).toString();
            int at = info.indexOf("master_replid:") + "master_replid:".length();
            return info.substring(at, at + 40);
        }

        private static StreamId id(Response text) {
            return Objects.requireNonNull(StreamId.parse(text.toString()));
        }

        private static StreamId max(StreamId a, StreamId b) {
            return a.compareTo(b) >= 0 ? a : b;
        }
    }

    private static Response run(Script script, List<String> keys, Object... arguments) throws Exception {
        try {
            return send(script.byName(keys, List.of(arguments)));
        } catch (ExecutionException unknown) {
            if (!String.valueOf(unknown.getMessage()).contains("NOSCRIPT")) {
                throw unknown;
            }
            return send(script.bySource(keys, List.of(arguments)));
        }
    }

    private static Response send(Request request) throws Exception {
        return await(redis.send(request));
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
