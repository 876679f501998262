package dev.freshet.push.sse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.push.PushTest;
import dev.freshet.push.StandardProfile;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RawConnection;
import dev.freshet.testkit.SseRecorder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A cursor that cannot be used is a gap, never a status: any but 200 would end a browser's EventSource for good.
@QuarkusTest
@TestProfile(StandardProfile.class)
@WithTestResource(FreshetResource.class)
class SseCursorHardeningTest extends PushTest {

    private final String user = unique("ada");

    /// Stops a link with a bad cursor from forging lines of the stream (CR, LF, NUL), or from silencing a page
    /// for good.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                " ",
                "0",
                "0-0",
                "1-1~",
                "1-1~abc",
                "~abcd",
                "1-1~abcd_",
                "_",
                "1-1~abcd_1-1~abcd",
                "2.1-1~abcd_1.1-1~abcd",
                "18446744073709551615-18446744073709551615~abcd",
                "18446744073709551616-0~abcd",
                "99999999999999999999-0~abcd",
                "-1-1~abcd",
                "31.1-1~abcd",
                "32.1-1~abcd",
                "999999999999.1-1~abcd",
                "$",
                "*",
                "a\r\nevent: forged\r\ndata: 1\r\n\r\n",
                "a\nid: 1",
                "\u0000",
                "é😀",
                "%zz",
                "{\"a\":1}"
            })
    void aCursorThatIsNoneIsAGap(String cursor) {
        String query = "/api/events/me?lastEventId=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8);

        SseRecorder stream = sse(query, tokens.user(user));

        assertThat(json(stream.next().data()).path("resumed").booleanValue()).isFalse();
        SseRecorder.Frame gap = stream.next();
        assertThat(gap.event()).isEqualTo("gap");
        assertThat(json(gap.data()).path("channel").textValue()).isEqualTo("user:" + user);
        assertThat(json(gap.data()).path("reason").textValue()).isEqualTo("reset");
        xadd("user:" + user, "a", "1");
        assertThat(stream.next().data()).isEqualTo("1");
        stream.assertExhausted();
    }

    /// Stops cursors by the kilobyte from keeping the parser busy.
    @Test
    void aFarTooLongCursorIsAGap() {
        for (String cursor : new String[] {"1".repeat(6000), "1-1~abcd_".repeat(600), "_".repeat(6000)}) {
            SseRecorder byQuery = sse("/api/events/me?lastEventId=" + cursor, tokens.user(user));
            SseRecorder byHeader =
                    sse(request("/api/events/me", tokens.user(user)).header("Last-Event-ID", cursor));

            byQuery.next();
            byHeader.next();
            assertThat(byQuery.next().event()).isEqualTo("gap");
            assertThat(byHeader.next().event()).isEqualTo("gap");
        }
    }

    /// Stops a stored `Last-Event-ID` of any bytes from shutting its page out at every reconnect.
    @Test
    void aHeaderOfAnyBytesIsAGap() {
        String token = tokens.user(user).sign();
        for (String cursor : new String[] {"\u00ff\u00fe", "a\tb", "\"", "%0d%0a", "\u0080~abcd"}) {
            RawConnection connection = raw().send("GET /api/events/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                    + token + "\r\nLast-Event-ID: " + cursor + "\r\n\r\n");

            assertThat(connection.readHead()).startsWith("HTTP/1.1 200 ");
            connection.readThrough("event: init\n");
            connection.readThrough("event: gap\n");
            connection.close();
        }
    }

    /// Stops a page that has no cursor yet from being told of a loss that was none.
    @Test
    void anEmptyCursorIsNone() {
        SseRecorder stream = sse("/api/events/me?lastEventId=", tokens.user(user));

        assertThat(json(stream.next().data()).path("resumed").booleanValue()).isFalse();
        stream.assertExhausted();
    }

    /// Stops a place of another partition from being taken for one of this, and what lies between from being
    /// passed over silently.
    @Test
    void anotherPartitionsPlaceIsAReset() {
        SseRecorder probe = sse("/api/events/me", tokens.user(user));
        String here = probe.next().id();

        SseRecorder stream = sse("/api/events/me?lastEventId=3." + here, tokens.user(user));

        stream.next();
        assertThat(json(stream.next().data()).path("reason").textValue()).isEqualTo("reset");
    }
}
