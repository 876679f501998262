package dev.freshet.push.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.log.Keys;
import dev.freshet.push.PushTest;
import dev.freshet.push.ShortLivesProfile;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.SseRecorder;
import dev.freshet.testkit.WebSocketRecorder;
import dev.freshet.testkit.WebSocketRecorder.Close;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Connections that have been open for long enough, and revocations of which no news came.
@QuarkusTest
@TestProfile(ShortLivesProfile.class)
@WithTestResource(FreshetResource.class)
class ShortLivesTest extends PushTest {

    private final String user = unique("ada");

    @Test
    void anOldConnectionIsAskedToMove() {
        long begin = System.nanoTime();
        WebSocketRecorder socket = connected(tokens.user(user));
        SseRecorder stream = sse("/api/events/me", tokens.user(user));
        stream.next();

        assertThat(socket.awaitClose()).isEqualTo(new Close(1012, "service restart"));
        // Two seconds, a fifth more, and a beat; the machine may be busy. And not at once.
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isBetween(Duration.ofMillis(1600), Duration.ofSeconds(10));
        assertThat(stream.next().retryMs()).isBetween(500, 1500);
        stream.awaitEnd();
    }

    /// News may be trimmed before a pod reads it, or lost with a primary.
    @Test
    void aRevocationWithoutNewsEndsConnectionsToo() {
        WebSocketRecorder socket = connected(tokens.user(user));

        redis.cli("SET", Keys.revoked(user), Long.toString(System.currentTimeMillis()), "EX", "60");

        assertThat(socket.awaitClose()).isEqualTo(new Close(4003, "revoked or forbidden"));
    }

    /// Another server's ids, or a log of news begun anew with a clock that is behind.
    @Test
    void newsThatBeginAnewBehindThePlaceOfBeforeAreMadeGood() {
        redis.cli("XADD", Keys.revocations(), "9999999999999-0", "user", "x", "at", "1");
        WebSocketRecorder first = connected(tokens.user(user));
        revoke(user, System.currentTimeMillis());
        assertThat(first.awaitClose().code()).isEqualTo(4003);
        String other = unique("bob");
        WebSocketRecorder second = connected(tokens.user(other));

        redis.cli("DEL", Keys.revocations());
        revoke(other, System.currentTimeMillis());

        assertThat(second.awaitClose().code()).isEqualTo(4003);
    }
}
