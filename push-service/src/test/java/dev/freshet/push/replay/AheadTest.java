package dev.freshet.push.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.push.PushTest;
import dev.freshet.push.StandardProfile;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.SseRecorder;
import dev.freshet.testkit.SseRecorder.Frame;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;

/// A client that was at a faster pod has a place that this one has not read yet.
@QuarkusTest
@TestProfile(StandardProfile.class)
@WithTestResource(FreshetResource.class)
class AheadTest extends PushTest {

    private static final int ROUNDS = 8;

    private final String user = unique("ada");
    private final String own = "user:" + user;

    /// A backlog that takes the pod longer to read than a client takes to come back.
    @Test
    void aPlaceThatThisPodHasNotReadYetIsWaitedFor() {
        String script = """
                for i = 1, 3000 do
                  redis.call('XADD', KEYS[1], '*', 'channel', 'user:nobody', 'type', 'a', 'payload', i)
                end
                return redis.call('XADD', KEYS[1], '*', 'channel', ARGV[1], 'type', 'a', 'payload', 1)
                """;
        for (int round = 0; round < ROUNDS; round++) {
            String last = redis.cli("EVAL", script, "1", "events:{0}", own).strip();
            String next = xadd(own, "next", "2");

            SseRecorder stream =
                    sse(request("/api/events/me", tokens.user(user)).header("Last-Event-ID", wireId(own, last)));

            assertThat(json(stream.next().data()).path("resumed").booleanValue())
                    .isTrue();
            Frame event = stream.next();
            assertThat(event.event()).isEqualTo("next");
            assertThat(event.id()).isEqualTo(wireId(own, next));
            stream.close();
        }
    }
}
