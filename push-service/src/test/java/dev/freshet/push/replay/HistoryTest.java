package dev.freshet.push.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.log.Keys;
import dev.freshet.push.PushTest;
import dev.freshet.push.SmallWindowProfile;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.SseRecorder;
import dev.freshet.testkit.SseRecorder.Frame;
import dev.freshet.testkit.WebSocketRecorder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What lies before the window comes from history, as the indexer keeps it, and from the log.
@QuarkusTest
@TestProfile(SmallWindowProfile.class)
@WithTestResource(FreshetResource.class)
class HistoryTest extends PushTest {

    private final String user = unique("ada");
    private final String own = "user:" + user;
    private final String other = "room:" + unique("r");
    private final List<String> ids = new ArrayList<>();

    /// 250 events in turn on two channels, more than a page holds, then as many strangers' as the window does.
    @BeforeEach
    void publish() {
        String script = """
                local ids = {}
                for i = 0, 249 do
                  ids[i + 1] = redis.call('XADD', KEYS[1], '*', 'channel', ARGV[1 + i % 2], 'type', 'a', 'payload', i)
                end
                for i = 1, ARGV[3] do
                  redis.call('XADD', KEYS[1], '*', 'channel', 'user:nobody', 'type', 'b', 'payload', 1)
                end
                return ids
                """;
        ids.addAll(redis.cli(
                        "EVAL",
                        script,
                        "1",
                        Keys.events(0),
                        own,
                        other,
                        Integer.toString(2 * SmallWindowProfile.WINDOW))
                .lines()
                .toList());
        assertThat(ids).hasSize(250);
        awaitRead();
    }

    @Test
    void aPlaceBeforeTheWindowIsResumedFromTheLogWhereNothingWasCopied() {
        SseRecorder stream = resume(0, own);

        assertResumed(stream, IntStream.range(1, 250).filter(i -> i % 2 == 0));
    }

    @Test
    void aPlaceBeforeTheWindowIsResumedFromHistoryThenFromTheLogThenFromTheWindow() {
        index(200);
        trim(201);
        xadd(own, "a", "250");
        SseRecorder stream = resume(3, own, other);

        assertResumed(stream, IntStream.rangeClosed(4, 250));
        xadd(other, "a", "251");
        assertThat(stream.next().data()).isEqualTo("251");
    }

    @Test
    void whatHistoryHasForgottenIsOneGapAndThenGoesOnLive() {
        index(249);
        trim(249);
        redis.cli("XTRIM", history(own), "MINID", ids.get(100));
        redis.cli("XDEL", history(own), ids.get(100));
        double told = metric("freshet_gaps_total", "reason", "trimmed");

        SseRecorder stream = resume(10, own, other);

        Frame init = stream.next();
        assertThat(init.id()).isEqualTo(wireId(own, ids.get(10)));
        assertThat(json(init.data()).path("resumed").booleanValue()).isFalse();
        Frame gap = stream.next();
        assertThat(gap.event()).isEqualTo("gap");
        assertThat(json(gap.data())).isEqualTo(json("{\"channel\":\"" + own + "\",\"reason\":\"trimmed\"}"));
        // The other channel misses nothing, and the cursor stays with it.
        assertThat(gap.id()).isEqualTo(init.id());
        for (int i = 11; i < 250; i += 2) {
            assertThat(stream.next().data()).isEqualTo(Integer.toString(i));
        }
        xadd(own, "a", "250");
        assertThat(stream.next().data()).isEqualTo("250");
        stream.assertExhausted();
        assertThat(metric("freshet_gaps_total", "reason", "trimmed")).isEqualTo(told + 1);
    }

    @Test
    void afterAGapTheNewestComeWhereTheClientAsksForThem() {
        index(249);
        trim(249);
        redis.cli("DEL", history(own));
        for (int i = 250; i < 255; i++) {
            xadd(own, "a", Integer.toString(i));
        }
        awaitRead();

        SseRecorder stream = sse(
                request("/api/events/me?last=3", tokens.user(user)).header("Last-Event-ID", wireId(own, ids.get(10))));

        assertThat(json(stream.next().data()).path("resumed").booleanValue()).isFalse();
        assertThat(stream.next().event()).isEqualTo("gap");
        for (int i = 252; i < 255; i++) {
            assertThat(stream.next().data()).isEqualTo(Integer.toString(i));
        }
        stream.assertExhausted();
    }

    /// What another channel missed comes behind them, and is owed to a client that breaks off in between.
    @Test
    void theNewestAfterAGapDoNotMoveTheCursorPastWhatIsStillToCome() {
        index(249);
        trim(249);
        redis.cli("DEL", history(own));
        for (int i = 250; i < 255; i++) {
            xadd(own, "a", Integer.toString(i));
        }
        awaitRead();
        String from = wireId(own, ids.get(11));

        SseRecorder stream = sse(request(
                        "/api/events?channels=" + own + "," + other + "&last=3",
                        tokens.user(user).channels("room:*"))
                .header("Last-Event-ID", from));

        assertThat(json(stream.next().data()).path("resumed").booleanValue()).isFalse();
        assertThat(stream.next().event()).isEqualTo("gap");
        for (int i = 252; i < 255; i++) {
            Frame event = stream.next();
            assertThat(event.data()).isEqualTo(Integer.toString(i));
            assertThat(event.id()).isEqualTo(from);
        }
        for (int i = 13; i < 250; i += 2) {
            Frame event = stream.next();
            assertThat(event.data()).isEqualTo(Integer.toString(i));
            assertThat(event.id()).isEqualTo(wireId(other, ids.get(i)));
        }
        stream.assertExhausted();
    }

    @Test
    void aStreamBeginsWithTheNewestOfAllItsChannelsTogether() {
        index(230);
        trim(231);

        SseRecorder stream = sse(
                "/api/events?channels=" + own + "," + other + "&last=30",
                tokens.user(user).channels("room:*"));

        Frame init = stream.next();
        assertThat(json(init.data()).path("resumed").booleanValue()).isFalse();
        for (int i = 220; i < 250; i++) {
            Frame event = stream.next();
            assertThat(event.data()).isEqualTo(Integer.toString(i));
            assertThat(event.id()).isEqualTo(wireId(own, ids.get(i)));
        }
        xadd(own, "a", "250");
        assertThat(stream.next().data()).isEqualTo("250");
        stream.assertExhausted();
    }

    @Test
    void manyWhoComeBackToTheSamePlaceShareWhatIsRead() {
        index(249);
        trim(249);
        double before = pages();
        // At once: a page is shared for half a second only.
        List<CompletableFuture<SseRecorder>> opening = IntStream.range(0, 40)
                .mapToObj(i -> request(
                                "/api/events?presence=false&channels=" + other + "&types=a",
                                tokens.user(unique("u")).channels("room:*"))
                        .header("Last-Event-ID", wireId(other, ids.get(1))))
                .map(request -> CompletableFuture.supplyAsync(() -> sse(request), Thread::startVirtualThread))
                .toList();
        List<SseRecorder> streams =
                opening.stream().map(CompletableFuture::join).toList();

        for (SseRecorder stream : streams) {
            stream.next();
            for (int i = 3; i < 250; i += 2) {
                assertThat(stream.next().data()).isEqualTo(Integer.toString(i));
            }
        }
        // Each would read two.
        assertThat(pages() - before).isLessThan(40);
    }

    @Test
    void whoJoinsARoomIsToldItsLastChatMessages() {
        String room = unique("chat");
        for (int i = 0; i < 60; i++) {
            xadd("room:" + room, i == 55 ? "other" : "chat-message", "{\"n\":" + i + "}");
        }
        awaitRead();
        WebSocketRecorder socket = connected(tokens.user(user).channels("room:*"));

        socket.send("{\"type\":\"join-room\",\"payload\":\"" + room + "\",\"id\":\"1\"}");

        socket.next("joined-room");
        JsonNode messages = socket.next("message-history").payload();
        assertThat(messages).hasSize(50);
        assertThat(messages.get(0).path("n").intValue()).isEqualTo(9);
        assertThat(messages.get(49).path("n").intValue()).isEqualTo(59);
        socket.next("ack");
        xadd("room:" + room, "chat-message", "{\"n\":60}");
        assertThat(socket.next("chat-message").payload().path("n").intValue()).isEqualTo(60);
    }

    @Test
    void aRoomIsJoinedFromAPlaceBeforeTheWindow() {
        index(249);
        trim(249);
        WebSocketRecorder socket = connected(tokens.user(user).channels("room:*"));

        socket.send("{\"type\":\"join-room\",\"payload\":{\"room\":\"" + other.substring(5) + "\",\"after\":\""
                + wireId(other, ids.get(201)) + "\"},\"id\":\"1\"}");

        socket.next("joined-room");
        socket.next("ack");
        for (int i = 203; i < 250; i += 2) {
            assertThat(socket.next("a").payload().intValue()).isEqualTo(i);
        }
        socket.assertExhausted();
    }

    private SseRecorder resume(int place, String... channels) {
        return sse(request(
                        "/api/events?channels=" + String.join(",", channels),
                        tokens.user(user).channels("room:*"))
                .header("Last-Event-ID", wireId(own, ids.get(place))));
    }

    private void assertResumed(SseRecorder stream, IntStream expected) {
        Frame init = stream.next();
        assertThat(json(init.data()).path("resumed").booleanValue()).isTrue();
        expected.forEach(i -> {
            Frame event = stream.next();
            assertThat(event.data()).isEqualTo(Integer.toString(i));
            assertThat(event.id()).startsWith(i < ids.size() ? ids.get(i) + "~" : "");
        });
        stream.assertExhausted();
    }

    /// Copies up to an event, as the indexer does.
    private void index(int upTo) {
        String script = """
                for _, entry in ipairs(redis.call('XRANGE', KEYS[1], ARGV[3], ARGV[4])) do
                  local named = {}
                  for n = 1, #entry[2], 2 do named[entry[2][n]] = entry[2][n + 1] end
                  if named.channel == ARGV[1] or named.channel == ARGV[2] then
                    redis.call('XADD', named.channel == ARGV[1] and KEYS[4] or KEYS[5], entry[1], unpack(entry[2]))
                    redis.call('ZADD', KEYS[3], 1, named.channel)
                  end
                end
                local info, facts = redis.call('XINFO', 'STREAM', KEYS[1]), {}
                for n = 1, #info, 2 do facts[info[n]] = info[n + 1] end
                local gone = facts['entries-added'] - facts['length']
                local count = gone + #redis.call('XRANGE', KEYS[1], '-', ARGV[4])
                return redis.call('HSET', KEYS[2], 'indexed', ARGV[4], 'count', count)
                """;
        String answer = redis.cli(
                "EVAL",
                script,
                "5",
                Keys.events(0),
                Keys.state(0),
                Keys.channels(0),
                history(own),
                history(other),
                own,
                other,
                ids.getFirst(),
                ids.get(upTo));
        assertThat(answer).matches("[0-2]");
    }

    /// Trims the log so that it begins with an event.
    private void trim(int from) {
        redis.cli("XTRIM", Keys.events(0), "MINID", ids.get(from));
    }

    private static String history(String channel) {
        return Keys.history(0, Channel.parse(channel));
    }

    private double pages() {
        return metric("freshet_replay_pages_total");
    }

    /// Waits until the pod has read all that was published.
    private void awaitRead() {
        String marker = unique("marker");
        SseRecorder stream = sse("/api/events/me", tokens.user(marker));
        stream.next();
        xadd("user:" + marker, "read", "1");
        stream.next();
        stream.close();
        await().until(() -> metric("freshet_connections", "transport", "sse") == 0);
    }
}
