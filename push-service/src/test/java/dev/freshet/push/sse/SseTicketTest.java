package dev.freshet.push.sse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.ticket.Ticket;
import dev.freshet.push.PushTest;
import dev.freshet.push.StandardProfile;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.SseRecorder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(StandardProfile.class)
@WithTestResource(FreshetResource.class)
class SseTicketTest extends PushTest {

    private final String user = unique("ada");

    /// Stops whoever finds a used ticket, in a log or a history, from following what its user does.
    @Test
    void aTicketOpensOneStreamAndNoSecond() {
        for (String parameter : List.of("ticket", "token")) {
            String ticket = ticket(user);
            SseRecorder stream = sse(request("/api/events/me?" + parameter + "=" + ticket));

            assertThat(json(stream.next().data()).path("channels").toString()).isEqualTo("[\"user:" + user + "\"]");
            assertThat(get(request("/api/events/me?" + parameter + "=" + ticket))
                            .statusCode())
                    .isEqualTo(401);
        }
    }

    /// Stops whoever races a ticket's owner from getting in too.
    @Test
    void ofManyRedemptionsAtOnceOneSucceeds() {
        String ticket = ticket(user);
        List<CompletableFuture<Integer>> statuses = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            statuses.add(HTTP.sendAsync(
                            request("/api/events/me?ticket=" + ticket).build(),
                            java.net.http.HttpResponse.BodyHandlers.ofInputStream())
                    .thenApply(answer -> {
                        try (var body = answer.body()) {
                            return answer.statusCode();
                        } catch (java.io.IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    }));
        }

        assertThat(statuses.stream().map(CompletableFuture::join).sorted().toList())
                .containsExactly(200, 401, 401, 401, 401, 401, 401, 401);
    }

    /// Stops a ticket from opening more than it was asked for.
    @Test
    void aTicketCarriesItsGrants() {
        String room = unique("general");

        assertThat(sse(request("/api/rooms/" + room + "/events?ticket=" + ticket(user, "room:" + room)))
                        .next()
                        .event())
                .isEqualTo("init");
        assertThat(get(request("/api/rooms/" + room + "/events?ticket=" + ticket(user, "room:other")))
                        .statusCode())
                .isEqualTo(403);
        // Narrowed so far that not even broadcasts are left.
        assertThat(get(request("/api/broadcasts/" + room + "/events?ticket=" + ticket(user)))
                        .statusCode())
                .isEqualTo(403);
    }

    /// Stops a ticket from prolonging the token behind it.
    @Test
    void aStreamOpenedWithATicketEndsWhenTheTokenBehindItDoes() {
        String ticket = ticket(expiring(record(user), Duration.ofSeconds(2)));
        SseRecorder stream = sse(request("/api/events/me?ticket=" + ticket));

        assertThat(stream.next().event()).isEqualTo("init");
        stream.awaitEnd();
        stream.assertExhausted();
    }

    /// Stops a ticket from outliving the token behind it.
    @Test
    void aTicketWhoseTokenHasExpiredIs401() {
        String ticket = ticket(expiring(record(user), Duration.ofSeconds(-1)));

        assertThat(get(request("/api/events/me?ticket=" + ticket)).statusCode()).isEqualTo(401);
    }

    /// Stops whoever guesses tickets, and bytes that are none from reaching the keys of Redis.
    @Test
    void aTicketThatIsNoneIs401() {
        for (String ticket :
                List.of("", "x", "A".repeat(43), "A".repeat(44), "%00", "*".repeat(43), "A".repeat(5000))) {
            assertThat(get(request("/api/events/me?ticket=" + ticket)).statusCode())
                    .as(ticket)
                    .isEqualTo(401);
        }
    }

    @Test
    void aRecordThatCannotBeReadIs401() {
        Ticket ticket = Ticket.random(new java.security.SecureRandom());
        for (String record : List.of("", "x", "[]", "{\"userId\":\"me\",\"expiresAt\":9999999999999}", "null")) {
            redis.cli("SET", dev.freshet.contract.log.Keys.ticket(ticket.hash()), record);
            assertThat(get(request("/api/events/me?ticket=" + ticket.text())).statusCode())
                    .as(record)
                    .isEqualTo(401);
        }
    }

    @Test
    void theTicketInTheUrlWinsOverAHeader() {
        SseRecorder stream = sse(request("/api/events/me?ticket=" + ticket(user), tokens.user(unique("bob"))));

        assertThat(json(stream.next().data()).path("channels").toString()).isEqualTo("[\"user:" + user + "\"]");
    }
}
