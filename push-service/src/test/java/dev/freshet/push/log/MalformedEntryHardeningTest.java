package dev.freshet.push.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.push.PushTest;
import dev.freshet.push.StandardProfile;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.SseRecorder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Whoever may `XADD` may write anything: it is counted and skipped, and the next good event arrives.
@QuarkusTest
@TestProfile(StandardProfile.class)
@WithTestResource(FreshetResource.class)
class MalformedEntryHardeningTest extends PushTest {

    private final String user = unique("ada");

    /// Stops a producer from ending everybody's stream, forging a line of it or an event of Freshet's own, by an
    /// entry that is malformed.
    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    missing-field  | 'type','a','payload','1'
                    missing-field  | 'channel','user:%1$s','payload','1'
                    missing-field  | 'channel','user:%1$s','type','a'
                    missing-field  | 'nothing','1'
                    missing-field  | '',''
                    missing-field  | 'Channel','user:%1$s','type','a','payload','1'
                    repeated-field | 'channel','user:%1$s','channel','user:%1$s','type','a','payload','1'
                    repeated-field | 'channel','user:%1$s','type','a','payload','1','payload','2'
                    channel        | 'channel','','type','a','payload','1'
                    channel        | 'channel','%1$s','type','a','payload','1'
                    channel        | 'channel','user:me','type','a','payload','1'
                    channel        | 'channel','topic:%1$s','type','a','payload','1'
                    channel        | 'channel','user:%1$s\\n','type','a','payload','1'
                    channel        | 'channel','user:%1$s\\0','type','a','payload','1'
                    channel        | 'channel',string.rep('x',1000000),'type','a','payload','1'
                    type           | 'channel','user:%1$s','type','','payload','1'
                    type           | 'channel','user:%1$s','type','init','payload','1'
                    type           | 'channel','user:%1$s','type','heartbeat','payload','1'
                    type           | 'channel','user:%1$s','type','content-update','payload','1'
                    type           | 'channel','user:%1$s','type','a\\r\\ndata: x','payload','1'
                    type           | 'channel','user:%1$s','type','a\\n\\nevent: x','payload','1'
                    type           | 'channel','user:%1$s','type',string.rep('x',65),'payload','1'
                    type           | 'channel','user:%1$s','type','\\195\\164','payload','1'
                    payload        | 'channel','user:%1$s','type','a','payload',''
                    payload        | 'channel','user:%1$s','type','a','payload','not json'
                    payload        | 'channel','user:%1$s','type','a','payload','{"a":1'
                    payload        | 'channel','user:%1$s','type','a','payload','{"a":1} x'
                    payload        | 'channel','user:%1$s','type','a','payload','NaN'
                    payload        | 'channel','user:%1$s','type','a','payload','"a\\nb"'
                    payload        | 'channel','user:%1$s','type','a','payload','"\\255\\254"'
                    payload        | 'channel','user:%1$s','type','a','payload','"\\237\\160\\128"'
                    payload        | 'channel','user:%1$s','type','a','payload','"'..string.rep('x',70*1024)..'"'
                    payload        | 'channel','user:%1$s','type','a','payload','"'..string.rep('x',5000000)..'"'
                    payload        | 'channel','user:%1$s','type','a','payload',string.rep('[',65)..string.rep(']',65)
                    payload        | 'channel','user:%1$s','type','a','payload',string.rep('[',900000)
                    field          | 'channel','user:%1$s','type','a','payload','1','exclude','a b'
                    field          | 'channel','user:%1$s','type','a','payload','1','actor','a\\nb'
                    field          | 'channel','user:%1$s','type','a','payload','1','ephemeral','yes'
                    """)
    void aMalformedEntryIsCountedAndSkippedAndTheNextGoodOneArrives(String reason, String fields) {
        SseRecorder stream = sse("/api/events/me", tokens.user(user));
        stream.next();
        double before = metric("freshet_events_skipped_total", "reason", reason);

        lua("redis.call('XADD','events:{0}','*'," + fields.replace("%1$s", user) + ")");
        xadd("user:" + user, "good", "{\"n\":1}");

        assertThat(stream.next().event()).isEqualTo("good");
        assertThat(metric("freshet_events_skipped_total", "reason", reason)).isEqualTo(before + 1);
        stream.assertExhausted();
    }

    /// Stops a producer from keeping a reader busy with nothing but such entries.
    @Test
    void aThousandMalformedEntriesHoldNobodyUp() {
        SseRecorder stream = sse("/api/events/me", tokens.user(user));
        stream.next();

        lua("for i = 1, 1000 do redis.call('XADD', 'events:{0}', '*', 'junk', i) end");
        xadd("user:" + user, "good", "1");

        assertThat(stream.next().event()).isEqualTo("good");
    }

    /// Stops a producer from making clients reload all they know: what was skipped was no event, and its place is
    /// as good as any.
    @Test
    void aSkippedEntryMovesThePlaceSoThatNobodyIsToldOfAGap() {
        lua("redis.call('XADD', 'events:{0}', '*', 'junk', '1')");
        String last = redis.cli("XINFO", "STREAM", "events:{0}")
                .lines()
                .dropWhile(line -> !line.contains("last-generated-id"))
                .skip(1)
                .findFirst()
                .orElseThrow();
        org.awaitility.Awaitility.await().atMost(SseRecorder.LIMIT).untilAsserted(() -> {
            SseRecorder stream = sse("/api/events/me?lastEventId=" + last + "~" + epoch(0), tokens.user(user));
            assertThat(json(stream.next().data()).path("resumed").booleanValue())
                    .isTrue();
        });
    }
}
