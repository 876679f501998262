package dev.freshet.push.sse;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.push.PushTest;
import dev.freshet.push.StandardProfile;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RawConnection;
import dev.freshet.testkit.SseRecorder;
import dev.freshet.testkit.SseRecorder.Frame;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(StandardProfile.class)
@WithTestResource(FreshetResource.class)
class SseStreamTest extends PushTest {

    private final String user = unique("ada");

    @Test
    void theFirstFrameSaysWhereTheClientStandsAndWhatItFollows() {
        SseRecorder stream = sse("/api/events/" + user, tokens.user(user));

        Frame init = stream.next();

        assertThat(init.event()).isEqualTo("init");
        assertThat(init.retryMs()).isEqualTo(3000);
        assertThat(init.id()).matches("[0-9]+-[0-9]+~[A-Za-z0-9]{4,16}").endsWith("~" + epoch(0));
        JsonNode data = json(init.data());
        assertThat(data.fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder("connected", "connectionId", "channels", "resumed");
        assertThat(data.path("connected").booleanValue()).isTrue();
        assertThat(data.path("connectionId").textValue()).isNotEmpty();
        assertThat(data.path("channels").toString()).isEqualTo("[\"user:" + user + "\"]");
        assertThat(data.path("resumed").isBoolean()).isTrue();
        assertThat(data.path("resumed").booleanValue()).isFalse();
        stream.assertExhausted();
    }

    @Test
    void theHeadersAreExactlyThoseThatKeepProxiesFromHoldingEventsBack() {
        SseRecorder stream = sse(request("/api/events/me", tokens.user(user)).header("Accept-Encoding", "gzip, br"));

        assertThat(stream.headers().map())
                .containsOnlyKeys(
                        "content-type",
                        "cache-control",
                        "x-accel-buffering",
                        "transfer-encoding",
                        // As every answer has.
                        "content-security-policy",
                        "x-content-type-options");
        assertThat(stream.headers().allValues("content-type")).containsExactly("text/event-stream");
        assertThat(stream.headers().allValues("cache-control")).containsExactly("no-cache, no-transform");
        assertThat(stream.headers().allValues("x-accel-buffering")).containsExactly("no");
        assertThat(stream.headers().allValues("transfer-encoding")).containsExactly("chunked");
    }

    @Test
    void anEventArrivesWithItsIdItsTypeAndItsPayload() {
        SseRecorder stream = sse("/api/events/" + user, tokens.user(user));
        stream.next();

        String id = xadd("user:" + user, "order-completed", "{\"orderId\":7,\"total\":1.10}");

        assertThat(stream.next())
                .isEqualTo(new Frame(
                        wireId("user:" + user, id), null, "order-completed", "{\"orderId\":7,\"total\":1.10}"));
        stream.assertExhausted();
    }

    @Test
    void aProducersLineBreaksAndSpacesAreNotSent() {
        SseRecorder stream = sse("/api/events/me", tokens.user(user));
        stream.next();

        xadd("user:" + user, "a", "{\r\n  \"text\" : \"two\\nlines\",\n\n\t\"n\": [ 1 , 2.50 ]\n}\n");

        assertThat(stream.next().data()).isEqualTo("{\"text\":\"two\\nlines\",\"n\":[1,2.50]}");
    }

    @Test
    void everyPayloadThatIsJsonArrives() {
        SseRecorder stream = sse("/api/events/me", tokens.user(user));
        stream.next();
        List<String> payloads = List.of(
                "null", "true", "-0.0", "1E400", "\"\"", "[]", "{}", "\"é😀\\u0000\\u2028\"", "[[[[{\"a\":[]}]]]]");

        for (String payload : payloads) {
            xadd("user:" + user, "a", payload);
        }

        for (String payload : payloads) {
            assertThat(stream.next().data()).isEqualTo(payload);
        }
        stream.assertExhausted();
    }

    @Test
    void meAndNotificationsMeanTheCaller() {
        SseRecorder me = sse("/api/events/me", tokens.user(user));
        SseRecorder notifications = sse("/api/events/notifications", tokens.user(user));
        SseRecorder listed = sse("/api/events?channels=user:me,user:notifications", tokens.user(user));

        for (SseRecorder stream : List.of(me, notifications, listed)) {
            assertThat(json(stream.next().data()).path("channels").toString()).isEqualTo("[\"user:" + user + "\"]");
        }
        xadd("user:" + user, "a", "1");
        for (SseRecorder stream : List.of(me, notifications, listed)) {
            assertThat(stream.next().data()).isEqualTo("1");
            stream.assertExhausted();
        }
    }

    @Test
    void everyKindOfChannelHasAPath() {
        String name = unique("general");
        Tokens.Builder caller = tokens.user(user).channels("room:*", "document:*");
        SseRecorder room = sse("/api/rooms/" + name + "/events", caller);
        SseRecorder broadcast = sse("/api/broadcasts/" + name + "/events", caller);
        SseRecorder document = sse("/api/documents/" + name + "/events", caller);
        SseRecorder list = sse("/api/events?channels=room:" + name + ",document:" + name, caller);
        for (SseRecorder stream : List.of(room, broadcast, document, list)) {
            assertThat(stream.next().event()).isEqualTo("init");
        }

        xadd("room:" + name, "a", "\"room\"");
        xadd("broadcast:" + name, "a", "\"broadcast\"");
        xadd("document:" + name, "a", "\"document\"");
        xadd("user:" + user, "a", "\"user\"");

        assertThat(room.next().data()).isEqualTo("\"room\"");
        assertThat(broadcast.next().data()).isEqualTo("\"broadcast\"");
        assertThat(document.next().data()).isEqualTo("\"document\"");
        assertThat(list.next().data()).isEqualTo("\"room\"");
        assertThat(list.next().data()).isEqualTo("\"document\"");
        // What is sent last comes last, so nothing else can still be on its way.
        xadd("broadcast:" + name, "end", "2");
        assertThat(broadcast.next().event()).isEqualTo("end");
        for (SseRecorder stream : List.of(room, broadcast, document, list)) {
            stream.assertExhausted();
        }
    }

    @Test
    void anotherUsersChannelNeedsAGrant() {
        String other = unique("bob");
        SseRecorder stream = sse("/api/events/" + other, tokens.user(user).channels("user:" + other));

        assertThat(json(stream.next().data()).path("channels").toString()).isEqualTo("[\"user:" + other + "\"]");
        xadd("user:" + other, "a", "1");
        assertThat(stream.next().data()).isEqualTo("1");
    }

    @Test
    void channelsAddsToThePathEachOnce() {
        String name = unique("general");
        SseRecorder stream = sse(
                "/api/rooms/" + name + "/events?channels=broadcast:" + name + ",room:" + name + ",user:me,broadcast:"
                        + name,
                tokens.user(user).channels("room:" + name));

        assertThat(json(stream.next().data()).path("channels").toString())
                .isEqualTo("[\"room:" + name + "\",\"broadcast:" + name + "\",\"user:" + user + "\"]");
        xadd("user:" + user, "a", "1");
        xadd("room:" + name, "a", "2");
        xadd("broadcast:" + name, "a", "3");
        assertThat(List.of(
                        stream.next().data(),
                        stream.next().data(),
                        stream.next().data()))
                .containsExactly("1", "2", "3");
        stream.assertExhausted();
    }

    @Test
    void aChannelMayBeWrittenWithAnEscapedColon() {
        String name = unique("general");
        SseRecorder stream = sse("/api/events?channels=broadcast%3A" + name + "%2Cuser%3Ame", tokens.user(user));

        assertThat(json(stream.next().data()).path("channels").toString())
                .isEqualTo("[\"broadcast:" + name + "\",\"user:" + user + "\"]");
    }

    @Test
    void typesLetsOnlyTheseThrough() {
        SseRecorder stream = sse("/api/events/me?types=b,c", tokens.user(user));
        stream.next();

        xadd("user:" + user, "a", "1");
        xadd("user:" + user, "b", "2");
        xadd("user:" + user, "bb", "3");
        xadd("user:" + user, "c", "4");

        assertThat(stream.next().data()).isEqualTo("2");
        assertThat(stream.next().data()).isEqualTo("4");
        stream.assertExhausted();
    }

    @Test
    void anExcludedUserReceivesNothingWhileOthersDo() {
        String room = unique("general");
        String other = unique("bob");
        SseRecorder excluded =
                sse("/api/rooms/" + room + "/events", tokens.user(user).channels("room:*"));
        SseRecorder others =
                sse("/api/rooms/" + room + "/events", tokens.user(other).channels("room:*"));
        excluded.next();
        others.next();

        xadd("room:" + room, "a", "1", "exclude", user);
        xadd("room:" + room, "a", "2");

        assertThat(others.next().data()).isEqualTo("1");
        assertThat(others.next().data()).isEqualTo("2");
        assertThat(excluded.next().data()).isEqualTo("2");
        excluded.assertExhausted();
    }

    @Test
    void unknownFieldsOfAnEntryAreIgnored() {
        SseRecorder stream = sse("/api/events/me", tokens.user(user));
        stream.next();

        xadd("user:" + user, "a", "1", "colour", "red", "actor", "bob", "ephemeral", "1", "traceparent", "junk");

        assertThat(stream.next().data()).isEqualTo("1");
    }

    @Test
    void twoThousandEventsArriveInTheLogsOrder() {
        String name = unique("orders");
        SseRecorder first = sse("/api/broadcasts/" + name + "/events", tokens.user(user));
        SseRecorder second = sse("/api/broadcasts/" + name + "/events", tokens.user(unique("bob")));
        first.next();
        second.next();

        for (int batch = 0; batch < 20; batch++) {
            lua("for i = 0, 99 do redis.call('XADD', 'events:{0}', '*', 'channel', 'broadcast:" + name
                    + "', 'type', 'a', 'payload', tostring(" + batch * 100 + " + i)) end");
        }

        for (int i = 0; i < 2000; i++) {
            Frame frame = first.next();
            assertThat(frame.data()).isEqualTo(Integer.toString(i));
            assertThat(second.next()).isEqualTo(frame);
        }
        first.assertExhausted();
        second.assertExhausted();
    }

    @Test
    void aClientThatStandsAtTheEndResumesWithoutAGap() {
        String id = lastPlace();

        SseRecorder stream = sse(request("/api/events/me", tokens.user(user)).header("Last-Event-ID", id));

        Frame init = stream.next();
        assertThat(init.id()).isEqualTo(id);
        assertThat(json(init.data()).path("resumed").booleanValue()).isTrue();
        stream.assertExhausted();
    }

    @Test
    void theHeaderWinsOverTheQueryWhichABrowserRepeatsForEver() {
        String id = lastPlace();

        SseRecorder stream = sse(request("/api/events/me?lastEventId=1-0~AAAAAAAA", tokens.user(user))
                .header("Last-Event-ID", id));
        SseRecorder byQuery = sse("/api/events/me?lastEventId=" + id, tokens.user(user));

        assertThat(json(stream.next().data()).path("resumed").booleanValue()).isTrue();
        stream.assertExhausted();
        assertThat(json(byQuery.next().data()).path("resumed").booleanValue()).isTrue();
        byQuery.assertExhausted();
    }

    @Test
    void aClientThatComesBackGetsWhatItMissedAndThenWhatIsNew() {
        SseRecorder first = sse("/api/events?channels=user:me,broadcast:" + user, tokens.user(user));
        String old = first.next().id();
        first.close();
        for (int i = 0; i < 100; i++) {
            xadd("user:" + user, "a", Integer.toString(2 * i));
            xadd("user:" + unique("other"), "a", "\"not for ada\"");
            xadd("broadcast:" + user, "b", Integer.toString(2 * i + 1), "exclude", i % 10 == 0 ? user : "bob");
        }

        SseRecorder stream =
                sse("/api/events?channels=user:me,broadcast:" + user + "&lastEventId=" + old, tokens.user(user));

        Frame init = stream.next();
        assertThat(init.id()).isEqualTo(old);
        assertThat(json(init.data()).path("resumed").booleanValue()).isTrue();
        xadd("user:" + user, "a", "200");
        for (int i = 0; i <= 200; i++) {
            if (i % 20 != 1) {
                assertThat(stream.next().data()).isEqualTo(Integer.toString(i));
            }
        }
        stream.assertExhausted();
    }

    @Test
    void aClientWhosePlaceIsUnknownIsToldOncePerChannel() {
        String old = "1-1~otherLog";

        SseRecorder stream =
                sse("/api/events?channels=user:me,broadcast:" + user + "&lastEventId=" + old, tokens.user(user));

        Frame init = stream.next();
        assertThat(json(init.data()).path("resumed").booleanValue()).isFalse();
        for (String channel : List.of("user:" + user, "broadcast:" + user)) {
            Frame gap = stream.next();
            assertThat(gap.event()).isEqualTo("gap");
            assertThat(gap.id()).isEqualTo(init.id());
            assertThat(json(gap.data()).path("channel").textValue()).isEqualTo(channel);
        }
        xadd("user:" + user, "a", "1");
        assertThat(stream.next().data()).isEqualTo("1");
        stream.assertExhausted();
    }

    @Test
    void aReaderThatPausesGoesOnFromItsPlaceWithoutLossOrDouble() {
        int events = 9_000;
        String token = tokens.user(user).sign();
        RawConnection reader = raw(4096)
                .send("GET /api/broadcasts/" + user + "/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token
                        + "\r\n\r\n");
        reader.readThrough("event: init\n");

        // More than the sockets' buffers of both sides hold.
        for (int batch = 0; batch < events; batch += 1000) {
            redis.cli(
                    "EVAL",
                    "for i = ARGV[1], ARGV[1] + 999 do redis.call('XADD', KEYS[1], '*', 'channel', ARGV[2], 'type', "
                            + "'a', 'payload', '\"'..string.format('%d', i)..'-'..string.rep('x', 1000)..'\"') end",
                    "1",
                    "events:{0}",
                    Integer.toString(batch),
                    "broadcast:" + user);
        }

        for (int i = 0; i < events; i++) {
            assertThat(reader.readThrough("-x")).endsWith("data: \"" + i + "-x");
        }
    }

    @Test
    void aCursorOfAnotherLogIsAReset() {
        String id = lastPlace();
        String other = id.substring(0, id.indexOf('~')) + "~Zz9Zz9Zz";

        SseRecorder stream = sse("/api/events/me?lastEventId=" + other, tokens.user(user));

        stream.next();
        assertThat(json(stream.next().data()).path("reason").textValue()).isEqualTo("reset");
        stream.assertExhausted();
    }

    @Test
    void theStreamEndsWhenItsTokenDoes() {
        String name = unique("orders");
        SseRecorder stream =
                sse("/api/broadcasts/" + name + "/events", tokens.user(user).expiresIn(Duration.ofSeconds(3)));

        assertThat(stream.next().event()).isEqualTo("init");
        stream.awaitEnd();
        stream.assertExhausted();
    }

    @Test
    void anOpenStreamIsCountedUntilItEnds() {
        awaitConnections("sse", 0);
        SseRecorder first = sse("/api/events/me", tokens.user(user));
        SseRecorder second = sse("/api/events/me", tokens.user(user));
        first.next();
        second.next();
        assertThat(metric("freshet_connections", "transport", "sse")).isEqualTo(2);

        first.close();
        awaitConnections("sse", 1);
        second.close();
        awaitConnections("sse", 0);
    }

    /// A place that the service has certainly come to, and which is the log's end.
    private String lastPlace() {
        SseRecorder probe = sse("/api/events/me", tokens.user(user));
        probe.next();
        xadd("user:" + user, "probe", "0");
        String id = probe.await("probe").id();
        probe.close();
        return Objects.requireNonNull(id);
    }
}
