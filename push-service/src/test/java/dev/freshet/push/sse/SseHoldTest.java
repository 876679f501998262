package dev.freshet.push.sse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.push.PushTest;
import dev.freshet.push.StandardProfile;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RawConnection;
import dev.freshet.testkit.SseRecorder;
import dev.freshet.testkit.SseRecorder.Frame;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A page that opens its stream at every render.
@QuarkusTest
@TestProfile(StandardProfile.class)
@WithTestResource(FreshetResource.class)
class SseHoldTest extends PushTest {

    private final String user = unique("ada");

    @Test
    void beyondTheBurstAStreamIsHeldAndMissesNothingMeanwhile() {
        burst();
        double held = held();
        List<RawConnection> streams = new ArrayList<>();
        List<Long> sent = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            sent.add(System.nanoTime());
            streams.add(raw().send("GET /api/events/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                    + tokens.user(user).sign() + "\r\n\r\n"));
        }
        // The head is there at once: whoever waits for it knows that he was let in.
        for (RawConnection stream : streams) {
            assertThat(stream.readHead()).startsWith("HTTP/1.1 200 ").containsIgnoringCase("text/event-stream");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - sent.getFirst())).isLessThan(Duration.ofMillis(900));

        String id = xadd("user:" + user, "meanwhile", "1");

        for (int i = 0; i < streams.size(); i++) {
            String text = streams.get(i).readThrough("data: 1\n\n");
            assertThat(Duration.ofNanos(System.nanoTime() - sent.get(i))).isGreaterThan(Duration.ofMillis(700));
            assertThat(text).contains("\"resumed\":false").doesNotContain("event: gap");
            assertThat(text.indexOf("event: init")).isPositive().isLessThan(text.indexOf("event: meanwhile"));
            assertThat(text).contains("id: " + wireId("user:" + user, id) + "\n");
        }
        assertThat(held()).isEqualTo(held + 3);
    }

    @Test
    void aHeldStreamThatComesBackGoesOnFromItsOwnPlace() {
        List<SseRecorder> streams = burst();
        String first = xadd("user:" + user, "first", "1");
        streams.forEach(stream -> assertThat(stream.next().event()).isEqualTo("first"));
        xadd("user:" + user, "second", "2");

        SseRecorder back = sse(
                request("/api/events/me", tokens.user(user)).header("Last-Event-ID", wireId("user:" + user, first)));

        Frame init = back.next();
        assertThat(init.id()).isEqualTo(wireId("user:" + user, first));
        assertThat(json(init.data()).path("resumed").booleanValue()).isTrue();
        assertThat(back.next().event()).isEqualTo("second");
        back.assertExhausted();
    }

    @Test
    void othersAndOtherPathsAreNotHeld() {
        burst();
        double held = held();

        assertThat(sse("/api/events/me", tokens.user(unique("bob"))).next().event())
                .isEqualTo("init");
        assertThat(sse("/api/broadcasts/x/events", tokens.user(user)).next().event())
                .isEqualTo("init");
        assertThat(get(request("/api/events/me", tokens.user(user)).method("HEAD", HttpRequest.BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(200);
        assertThat(held()).isEqualTo(held);
    }

    @Test
    void aClientThatGaveUpWhileItWasHeldLeavesNothingBehind() {
        burst().forEach(SseRecorder::close);
        // On a busy machine the burst takes so long that some of it counts no more.
        double before = held();
        while (held() == before) {
            RawConnection stream = raw().send("GET /api/events/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                    + tokens.user(user).sign() + "\r\n\r\n");
            stream.readHead();
            stream.close();
        }

        // One that comes later is let in later, so the time of the one that was held has come before.
        assertThat(sse("/api/events/me", tokens.user(user)).next().event()).isEqualTo("init");
        awaitConnections("sse", 1);
    }

    /// As many streams as may be opened at once.
    private List<SseRecorder> burst() {
        List<SseRecorder> streams = new ArrayList<>();
        for (int i = 0; i < Opens.BURST; i++) {
            SseRecorder stream = sse("/api/events/me", tokens.user(user));
            assertThat(stream.next().event()).isEqualTo("init");
            streams.add(stream);
        }
        return streams;
    }

    private double held() {
        return metric("freshet_opens_held_total");
    }
}
