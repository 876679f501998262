package dev.freshet.push.sse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.push.BusyProfile;
import dev.freshet.push.PushTest;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RawConnection;
import dev.freshet.testkit.SseRecorder;
import dev.freshet.testkit.SseRecorder.Frame;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Streams over many partitions, with short heartbeats and little room for slow readers.
@QuarkusTest
@TestProfile(BusyProfile.class)
@WithTestResource(FreshetResource.class)
class SseBusyTest extends PushTest {

    @Override
    protected int partitions() {
        return BusyProfile.PARTITIONS;
    }

    private static final String POSITION = "[0-9]+-[0-9]+~[A-Za-z0-9]{4,16}";

    private final String user = unique("ada");

    @Test
    void aStreamOverPartitionsHasACursorOfOnePlaceInEach() {
        String first = nameIn(0, "broadcast");
        String second = nameIn(3, "broadcast");
        String third = nameIn(7, "broadcast");
        SseRecorder stream = sse(
                "/api/events?channels=broadcast:" + third + ",broadcast:" + first + ",broadcast:" + second,
                tokens.user(user).channels("broadcast:*"));

        Frame init = stream.next();
        assertThat(init.id()).matches(POSITION + "_3\\." + POSITION + "_7\\." + POSITION);
        assertThat(init.retryMs()).isEqualTo(1234);

        String a = xadd("broadcast:" + second, "a", "1");
        Frame frame = stream.next();
        String[] places = split(frame.id());
        assertThat(places[0]).isEqualTo(split(init.id())[0]);
        assertThat(places[1]).isEqualTo(wireId("broadcast:" + second, a));
        assertThat(places[2]).isEqualTo(split(init.id())[2]);

        String b = xadd("broadcast:" + first, "b", "2");
        assertThat(stream.next().id()).isEqualTo(wireId("broadcast:" + first, b) + "_" + places[1] + "_" + places[2]);
        String c = xadd("broadcast:" + third, "c", "3");
        Frame last = stream.next();
        assertThat(last.id())
                .isEqualTo(wireId("broadcast:" + first, b) + "_" + places[1] + "_" + wireId("broadcast:" + third, c));
        assertThat(last.data()).isEqualTo("3");
        stream.assertExhausted();

        SseRecorder resumed = sse(
                "/api/events?channels=broadcast:" + third + ",broadcast:" + first + ",broadcast:" + second
                        + "&lastEventId=" + last.id(),
                tokens.user(user).channels("broadcast:*"));
        Frame again = resumed.next();
        assertThat(again.id()).isEqualTo(last.id());
        assertThat(json(again.data()).path("resumed").booleanValue()).isTrue();
        resumed.assertExhausted();
    }

    @Test
    void aStreamOfOnePartitionHasItsPlaceAlone() {
        String name = nameIn(5, "room");
        SseRecorder stream =
                sse("/api/rooms/" + name + "/events", tokens.user(user).channels("room:*"));

        assertThat(stream.next().id()).matches("5\\." + POSITION);
        String id = xadd("room:" + name, "a", "1");
        assertThat(stream.next().id()).isEqualTo(wireId("room:" + name, id)).startsWith("5.");
    }

    @Test
    void everyPartitionIsRead() {
        List<String> names = new ArrayList<>();
        for (int partition = 0; partition < BusyProfile.PARTITIONS; partition++) {
            names.add(nameIn(partition, "room"));
        }
        SseRecorder stream = sse(
                "/api/events?channels=room:" + String.join(",room:", names),
                tokens.user(user).channels("room:*"));
        stream.next();

        for (String name : names) {
            xadd("room:" + name, "a", "\"" + name + "\"");
        }

        for (String name : names) {
            stream.await(frame -> frame.data().equals("\"" + name + "\""));
        }
        stream.assertExhausted();
    }

    @Test
    void onlyTheChannelWhosePlaceIsUnknownHasAGap() {
        String here = nameIn(1, "room");
        String there = nameIn(2, "room");
        SseRecorder probe =
                sse("/api/rooms/" + here + "/events", tokens.user(user).channels("room:*"));
        String place = probe.next().id();

        SseRecorder stream = sse(
                "/api/events?channels=room:" + here + ",room:" + there + "&lastEventId=" + place,
                tokens.user(user).channels("room:*"));

        assertThat(json(stream.next().data()).path("resumed").booleanValue()).isFalse();
        assertThat(json(stream.next().data()).path("channel").textValue()).isEqualTo("room:" + there);
        stream.assertExhausted();
    }

    @Test
    void anEntryInTheWrongPartitionIsSkipped() {
        String name = nameIn(4, "room");
        SseRecorder stream =
                sse("/api/rooms/" + name + "/events", tokens.user(user).channels("room:*"));
        stream.next();
        double before = metric("freshet_events_skipped_total", "reason", "partition");

        redis.cli("XADD", "events:{3}", "*", "channel", "room:" + name, "type", "a", "payload", "1");
        xadd("room:" + name, "good", "2");

        assertThat(stream.next().event()).isEqualTo("good");
        org.awaitility.Awaitility.await()
                .until(() -> metric("freshet_events_skipped_total", "reason", "partition") == before + 1);
        stream.assertExhausted();
    }

    @Test
    void heartbeatsComeByThemselvesAndCarryTheCursor() {
        String first = nameIn(0, "room");
        String second = nameIn(6, "room");
        SseRecorder one =
                sse("/api/rooms/" + first + "/events", tokens.user(user).channels("room:*"));
        SseRecorder two = sse(
                "/api/rooms/" + first + "/events?channels=room:" + second,
                tokens.user(user).channels("room:*"));
        one.next();
        two.next();
        xadd("room:" + first, "a", "1");
        Frame event = one.next();
        Frame vector = two.next();

        for (SseRecorder stream : List.of(one, two)) {
            String expected = Objects.requireNonNull(stream == one ? event.id() : vector.id());
            // One may have been written before the event.
            Frame heartbeat = stream.heartbeat();
            if (!expected.equals(heartbeat.id())) {
                heartbeat = stream.heartbeat();
            }
            assertThat(heartbeat.id()).isEqualTo(expected);
            assertThat(heartbeat.retryMs()).isNull();
            assertThat(heartbeat.data()).matches("\\{\"timestamp\":[0-9]{13}}");
            long first13 = json(heartbeat.data()).path("timestamp").longValue();
            assertThat(first13).isCloseTo(System.currentTimeMillis(), org.assertj.core.data.Offset.offset(20_000L));
            assertThat(json(stream.heartbeat().data()).path("timestamp").longValue())
                    .isBetween(first13 + 800, first13 + 15_000);
        }
    }

    @Test
    void aReaderThatNeverReadsIsCutWhileOthersReceiveEverything() {
        String name = unique("orders");
        String token = tokens.user(user).channels("broadcast:*").sign();
        RawConnection stalled = raw(4096)
                .send("GET /api/broadcasts/" + name + "/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token
                        + "\r\n\r\n");
        stalled.readHead();
        SseRecorder reader =
                sse("/api/broadcasts/" + name + "/events", tokens.user(user).channels("broadcast:*"));
        reader.next();
        double before = metric("freshet_errors_total", "kind", "slow-reader");

        // Far more than the sockets' buffers of both sides hold.
        String key = "events:{" + partition("broadcast:" + name) + "}";
        for (int batch = 0; batch < 40; batch++) {
            lua("for i = 1, 10 do redis.call('XADD', '" + key + "', '*', 'channel', 'broadcast:" + name
                    + "', 'type', 'a', 'payload', '\"'..string.rep('x', 60000)..'\"') end");
            for (int i = 0; i < 10; i++) {
                assertThat(reader.next().data()).hasSize(60002);
            }
        }

        reader.assertExhausted();
        org.awaitility.Awaitility.await()
                .untilAsserted(() -> assertThat(metric("freshet_errors_total", "kind", "slow-reader"))
                        .isGreaterThan(before));
        // It ends although nobody has read; how it does if somebody does is what SlowReaderTest looks at.
        awaitConnections("sse", 1);
        stalled.readToEnd();
        reader.close();
        awaitConnections("sse", 0);
    }

    @Test
    void aLogThatGrowsWhileItIsCheckedIsNoOtherLog() {
        String name = unique("orders");
        String key = "events:{" + partition("broadcast:" + name) + "}";
        SseRecorder stream =
                sse("/api/broadcasts/" + name + "/events", tokens.user(user).channels("broadcast:*"));
        stream.next();

        // The log is looked at every 10 ms.
        for (int batch = 0; batch < 60; batch++) {
            lua("for i = 0, 49 do redis.call('XADD', '" + key + "', '*', 'channel', 'broadcast:" + name
                    + "', 'type', 'a', 'payload', tostring(" + batch * 50 + " + i)) end");
        }

        for (int i = 0; i < 3000; i++) {
            assertThat(stream.next()).extracting(Frame::event, Frame::data).containsExactly("a", Integer.toString(i));
        }
        stream.assertExhausted();
        assertThat(metric("freshet_errors_total", "kind", "log-reset")).isZero();
    }

    @Test
    void aJwtInTheQueryIsTakenWhereTheOperatorAllowsIt() {
        String token = tokens.user(user).sign();

        assertThat(sse(request("/api/events/me?token=" + token)).next().event()).isEqualTo("init");
        assertThat(sse(request("/api/events/me?token=" + ticket(user))).next().event())
                .isEqualTo("init");
        assertThat(get(request("/api/events/me?ticket=" + token)).statusCode()).isEqualTo(401);
        assertThat(get(request("/api/events/me?token=" + token + "x")).statusCode())
                .isEqualTo(401);
    }

    @Test
    void broadcastsNeedAGrantWhereTheOperatorSaysSo() {
        assertThat(get(request("/api/broadcasts/orders/events", tokens.user(user)))
                        .statusCode())
                .isEqualTo(403);
    }

    private static String[] split(@org.jspecify.annotations.Nullable String cursor) {
        return Objects.requireNonNull(cursor).split("_");
    }
}
