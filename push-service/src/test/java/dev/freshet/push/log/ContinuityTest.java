package dev.freshet.push.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.log.Keys;
import dev.freshet.push.PushTest;
import dev.freshet.push.StandardProfile;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.SseRecorder;
import dev.freshet.testkit.SseRecorder.Frame;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What strangers and failovers do to a log under a tail that reads it. Each happens in one step of Redis, so the
/// tail cannot have seen what was there in between.
@QuarkusTest
@TestProfile(StandardProfile.class)
@WithTestResource(FreshetResource.class)
class ContinuityTest extends PushTest {

    private static final String EVENTS = Keys.events(0);
    private static final String STATE = Keys.state(0);

    private final String user = unique("ada");
    private final String own = "user:" + user;

    @Test
    void anEntryThatWasDeletedBeforeItCouldBeReadIsAGap() {
        SseRecorder stream = following();

        lua("local id = redis.call('XADD', '" + EVENTS + "', '*', 'channel', '" + own
                + "', 'type', 'lost', 'payload', '1') redis.call('XDEL', '" + EVENTS + "', id)");

        assertGap(stream, "trimmed");
        assertGoesOn(stream);
    }

    @Test
    void entriesThatWereTrimmedBeforeTheyCouldBeReadAreAGap() {
        SseRecorder stream = following();

        lua("redis.call('XADD', '" + EVENTS + "', '*', 'channel', '" + own + "', 'type', 'lost', 'payload', '1')"
                + " redis.call('XTRIM', '" + EVENTS + "', 'MAXLEN', 0)");

        assertGap(stream, "trimmed");
        assertGoesOn(stream);
    }

    @Test
    void trimmingWhatWasReadIsNone() {
        SseRecorder stream = following();

        redis.cli("XTRIM", EVENTS, "MAXLEN", "0");

        assertGoesOn(stream);
    }

    @Test
    void aFlushedRedisIsAReset() {
        SseRecorder stream = following();
        String epoch = epoch(0);

        redis.cli("FLUSHALL");

        assertGap(stream, "reset");
        assertThat(epoch(0)).isNotEqualTo(epoch);
        assertGoesOn(stream);
    }

    @Test
    void aLogThatWasDeletedAndBeganAnewIsAReset() {
        SseRecorder stream = following();
        redis.cli("DEL", EVENTS);

        assertGap(stream, "reset");
        assertGoesOn(stream);
    }

    /// As a failover leaves it whose new primary had not received the last entry, and has been written to since.
    @Test
    void aLogThatLostItsEndIsAResetForThoseWhoSawIt() {
        String other = unique("bob");
        SseRecorder stream = following();
        SseRecorder others = sse("/api/events/me", tokens.user(other));
        others.next();
        xadd("user:" + other, "kept", "1");
        String kept = Objects.requireNonNull(others.next().id());
        String lost = xadd(own, "lost", "1");
        assertThat(stream.next().event()).isEqualTo("lost");
        String epoch = epoch(0);

        failOver(
                lost,
                "redis.call('XADD', '" + EVENTS + "', '" + lost + "', 'channel', 'user:" + other
                        + "', 'type', 'instead', 'payload', '2')");

        Frame gap = assertGap(stream, "reset");
        assertThat(epoch(0)).isNotEqualTo(epoch);
        assertThat(gap.id()).isEqualTo(kept.substring(0, kept.indexOf('~') + 1) + epoch(0));
        assertThat(others.next().event()).isEqualTo("instead");
        others.assertExhausted();
        assertGoesOn(stream);

        SseRecorder back = sse(request("/api/events/me", tokens.user(other)).header("Last-Event-ID", kept));
        assertThat(json(back.next().data()).path("resumed").booleanValue())
                .as("a place of the old epoch that both logs share")
                .isTrue();
        assertThat(back.next().event()).isEqualTo("instead");
        SseRecorder misled =
                sse(request("/api/events/me", tokens.user(user)).header("Last-Event-ID", lost + "~" + epoch));
        assertThat(json(misled.next().data()).path("resumed").booleanValue())
                .as("a place of the old epoch that the new log does not have")
                .isFalse();
        assertThat(misled.next().event()).isEqualTo("gap");
    }

    /// The same before anybody wrote to the new primary: it ends before what was read, as a log does that was
    /// deleted.
    @Test
    void aLogThatEndsEarlierThanBeforeIsAResetForThoseAloneWhoSawItsEnd() {
        String other = unique("bob");
        SseRecorder stream = following();
        SseRecorder others = sse("/api/events/me", tokens.user(other));
        others.next();
        xadd("user:" + other, "kept", "1");
        String kept = Objects.requireNonNull(others.next().id());
        String lost = xadd(own, "lost", "1");
        assertThat(stream.next().event()).isEqualTo("lost");
        String epoch = epoch(0);

        failOver(lost, "");

        assertGap(stream, "reset");
        assertThat(epoch(0)).isNotEqualTo(epoch);
        assertGoesOn(stream);
        xadd("user:" + other, "new", "2");
        assertThat(others.next().event()).isEqualTo("new");
        others.assertExhausted();
        SseRecorder back = sse(request("/api/events/me", tokens.user(other)).header("Last-Event-ID", kept));
        assertThat(json(back.next().data()).path("resumed").booleanValue()).isTrue();
        assertThat(back.next().event()).isEqualTo("new");
    }

    /// Somebody deletes the key, and then the server restarts: nothing of what was read is there.
    @Test
    void aLogThatWasDeletedBeforeAFailoverIsAResetForAll() {
        String other = unique("bob");
        SseRecorder stream = following();
        SseRecorder others = sse("/api/events/me", tokens.user(other));
        others.next();

        lua("redis.call('DEL', '" + EVENTS + "') redis.call('HSET', '" + STATE + "', 'replid', 'another')");

        assertGap(stream, "reset");
        assertThat(others.next().event()).isEqualTo("gap");
        assertGoesOn(stream);
    }

    @Test
    void aFailoverThatLostNothingIsNotNoticed() {
        SseRecorder stream = following();
        String last = xadd(own, "kept", "1");
        assertThat(stream.next().event()).isEqualTo("kept");
        String epoch = epoch(0);

        redis.cli("HSET", STATE, "replid", "another");

        String next = xadd(own, "next", "2");
        assertThat(stream.next().event()).isEqualTo("next");
        assertThat(epoch(0)).isNotEqualTo(epoch);
        SseRecorder back =
                sse(request("/api/events/me", tokens.user(user)).header("Last-Event-ID", last + "~" + epoch));
        assertThat(json(back.next().data()).path("resumed").booleanValue()).isTrue();
        assertThat(back.next().id()).startsWith(next);
    }

    /// Writes the log again without the last entry, and says that another server has taken over.
    private void failOver(String last, String then) {
        lua("local all = redis.call('XRANGE', '" + EVENTS + "', '-', '(" + last + "')"
                + " redis.call('DEL', '" + EVENTS + "')"
                + " for _, entry in ipairs(all) do redis.call('XADD', '" + EVENTS
                + "', entry[1], unpack(entry[2])) end "
                + then
                + " redis.call('HSET', '" + STATE + "', 'replid', 'another')");
    }

    private SseRecorder following() {
        SseRecorder stream = sse("/api/events/me", tokens.user(user));
        assertThat(stream.next().event()).isEqualTo("init");
        xadd(own, "first", "1");
        assertThat(stream.next().event()).isEqualTo("first");
        return stream;
    }

    private Frame assertGap(SseRecorder stream, String reason) {
        Frame gap = stream.next();
        assertThat(gap.event()).isEqualTo("gap");
        assertThat(json(gap.data())).isEqualTo(json("{\"channel\":\"" + own + "\",\"reason\":\"" + reason + "\"}"));
        return gap;
    }

    private void assertGoesOn(SseRecorder stream) {
        String id = xadd(own, "then", "1");
        Frame then = stream.next();
        assertThat(then.event()).isEqualTo("then");
        assertThat(then.id()).isEqualTo(wireId(own, id));
        stream.assertExhausted();
    }
}
