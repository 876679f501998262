package dev.freshet.push.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.channel.Grants;
import dev.freshet.contract.log.Keys;
import dev.freshet.contract.ticket.TicketRecord;
import dev.freshet.push.PushTest;
import dev.freshet.push.StandardProfile;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RawConnection;
import dev.freshet.testkit.SseRecorder;
import dev.freshet.testkit.Tokens;
import dev.freshet.testkit.WebSocketRecorder;
import dev.freshet.testkit.WebSocketRecorder.Close;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who was disconnected is gone, and comes back only with a token that was issued afterwards.
@QuarkusTest
@TestProfile(StandardProfile.class)
@WithTestResource(FreshetResource.class)
class RevocationHardeningTest extends PushTest {

    private static final Close REVOKED = new Close(4003, "revoked or forbidden");

    private final String user = unique("ada");
    private final long now = System.currentTimeMillis();

    /// Stops a disconnected user from reading and sending on over the connections that are open, and the
    /// disconnecting from hitting others.
    @Test
    void allConnectionsOfTheUserEndWithinASecondAndNobodyElses() {
        WebSocketRecorder first = connected(tokens.user(user));
        WebSocketRecorder second = webSocket("?ticket=" + ticket(user), Map.of());
        second.next("connected");
        SseRecorder stream = sse("/api/events/me", tokens.user(user));
        stream.next();
        CompletableFuture<HttpResponse<String>> poll = HTTP.sendAsync(
                request("/api/channels/user:me/events?wait=30", tokens.user(user))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        awaitConnections("poll", 1);
        WebSocketRecorder other = connected(tokens.user(unique("bob")));
        double before = ended("websocket");

        revoke(user, System.currentTimeMillis());
        long begin = System.nanoTime();

        assertThat(first.awaitClose()).isEqualTo(REVOKED);
        assertThat(second.awaitClose()).isEqualTo(REVOKED);
        stream.awaitEnd();
        assertThat(poll.join().statusCode()).isEqualTo(403);
        assertThat(poll.join().body()).contains("/revoked\"");
        // A pause of the news and one look of the poll; the machine may be busy.
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
        assertThat(ended("websocket")).isEqualTo(before + 2);
        stream.assertExhausted();
        other.send("{\"type\":\"leave-room\",\"payload\":\"x\"}");
        other.next("left-room");
    }

    /// Stops whoever kept the old token from simply connecting again.
    @Test
    void anOldTokenIsRefusedByEveryWayIn() {
        revoke(user, now);
        Tokens.Builder old = tokens.user(user).claim("iat", now / 1000 - 60);

        for (String path : List.of("/api/events/me", "/api/channels/user:me/events", "/api/channels/user:me/latest")) {
            HttpResponse<String> answer = get(request(path, old));
            assertThat(answer.statusCode()).as(path).isEqualTo(403);
            assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
            assertThat(json(answer.body()).path("type").textValue()).isEqualTo("https://freshet.dev/problems/revoked");
        }
        assertThat(get(request("/api/events/me").header("Cookie", "access_token=" + old.sign()))
                        .statusCode())
                .isEqualTo(403);
        assertThat(upgrade("", "Authorization: Bearer " + old.sign() + "\r\n"))
                .startsWith("HTTP/1.1 403 ")
                .contains("/revoked\"");
    }

    /// Stops a ticket from carrying a revoked token over its revocation: it is as old as the token behind it,
    /// even if it was given out later.
    @Test
    void aTicketOfAnOldTokenIsRefusedByEveryWayIn() {
        revoke(user, now);

        assertThat(get(request("/api/events/me?ticket=" + ticket(issued(now - 60_000))))
                        .statusCode())
                .isEqualTo(403);
        assertThat(get(request("/api/events/me?token=" + ticket(issued(now - 60_000))))
                        .statusCode())
                .isEqualTo(403);
        assertThat(upgrade("?ticket=" + ticket(issued(now - 60_000)), ""))
                .startsWith("HTTP/1.1 403 ")
                .contains("/revoked\"");
    }

    /// Stops a token of the revocation's own second, which may be older than it: tokens name a second only.
    @Test
    void aTokenOfTheSameSecondIsRefusedAndOneOfTheNextIsNot() {
        long second = now / 1000;
        revoke(user, second * 1000);

        assertThat(get(request("/api/channels/user:me/latest", tokens.user(user).claim("iat", second)))
                        .statusCode())
                .isEqualTo(403);
        assertThat(get(request("/api/channels/user:me/latest", tokens.user(user).claim("iat", second + 1)))
                        .statusCode())
                .isEqualTo(200);
    }

    /// Stops a token that could never be revoked, because it does not say when it was issued.
    @Test
    void aTokenThatDoesNotSayWhenItWasIssuedIsRefused() {
        revoke(user, now);

        assertThat(get(request("/api/channels/user:me/latest", tokens.user(user).without("iat")))
                        .statusCode())
                .isIn(401, 403);
    }

    /// Stops a revocation from going on against who was let in again since.
    @Test
    void aNewTokenAndANewTicketAreAdmittedAndStayConnected() {
        WebSocketRecorder old = connected(tokens.user(user));
        revoke(user, System.currentTimeMillis());
        assertThat(old.awaitClose()).isEqualTo(REVOKED);
        long later = System.currentTimeMillis() / 1000 + 1;

        WebSocketRecorder socket = connected(tokens.user(user).claim("iat", later));
        SseRecorder stream = sse(request("/api/events/me?ticket=" + ticket(issued(later * 1000))));
        stream.next();
        // The same news again, as after a retry.
        redis.cli("XADD", Keys.revocations(), "*", "user", user, "at", Long.toString(now), "by", "root");
        String probe = unique("probe");
        WebSocketRecorder other = connected(tokens.user(probe));
        revoke(probe, System.currentTimeMillis());
        assertThat(other.awaitClose()).isEqualTo(REVOKED);

        xadd("user:" + user, "a", "1");
        socket.next("a");
        assertThat(stream.next().event()).isEqualTo("a");
    }

    /// Stops a client that does not answer the close frame from speaking on as the user.
    @Test
    void whatARevokedClientStillSendsIsNotListenedTo() {
        String room = unique("room");
        RawConnection client = raw().send("GET /ws HTTP/1.1\r\nHost: x\r\n" + UPGRADE + "Authorization: Bearer "
                + tokens.user(user).channels("room:" + room).sign() + "\r\n\r\n");
        assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
        client.readThrough("\"connected\"");

        revoke(user, System.currentTimeMillis());
        client.readThrough("revoked or forbidden");
        client.send(frame("{\"type\":\"room-message\",\"room\":\"" + room + "\",\"payload\":1}"));

        client.readToEnd();

        String last = xadd("room:" + room, "probe", "1");
        assertThat(redis.cli("XRANGE", Keys.events(partition("room:" + room)), "-", "+"))
                .contains(last)
                .doesNotContain(user);
    }

    /// Stops a revoked user with a ticket in hand from prolonging a connection.
    @Test
    void aRefreshWithTheTicketOfARevokedTokenEndsTheConnection() {
        String ticket = ticket(issued(now - 60_000));
        long later = now / 1000 + 5;
        WebSocketRecorder socket = connected(tokens.user(user).claim("iat", later));
        revoke(user, now);

        socket.send("{\"type\":\"refresh\",\"payload\":{\"ticket\":\"" + ticket + "\"},\"id\":\"1\"}");

        assertThat(socket.awaitClose()).isEqualTo(REVOKED);
        socket.assertExhausted();
    }

    /// Stops whoever writes nonsense among the revocations from stopping their reader or letting anybody in.
    @Test
    void nonsenseInRedisStopsNothing() {
        WebSocketRecorder socket = connected(tokens.user(user));
        for (String at : List.of("", "x", "-1", "99999999999999999999", "1e3")) {
            redis.cli("XADD", Keys.revocations(), "*", "user", user, "at", at);
        }
        redis.cli("XADD", Keys.revocations(), "*", "some", "thing");
        redis.cli("XADD", Keys.revocations(), "*", "at", Long.toString(now));
        String other = unique("bob");
        redis.cli("SET", Keys.revoked(other), "nonsense", "EX", "60");

        assertThat(get(request("/api/channels/user:me/latest", tokens.user(other)))
                        .statusCode())
                .isEqualTo(403);
        revoke(user, System.currentTimeMillis());
        assertThat(socket.awaitClose()).isEqualTo(REVOKED);
    }

    /// Stops a user from being overlooked because many were disconnected at once: a page of news is not the end
    /// of it.
    @Test
    void manyRevocationsAtOnceAreAllRead() {
        WebSocketRecorder socket = connected(tokens.user(user));
        lua("for i = 1, 2500 do redis.call('XADD', 'revocations', '*', 'user', 'many-' .. i, 'at', '" + now
                + "') end return 1");

        revoke(user, System.currentTimeMillis());

        assertThat(socket.awaitClose()).isEqualTo(REVOKED);
    }

    /// Stops a token's far end from overflowing a timer, and its user from being put out for it.
    @ParameterizedTest
    @ValueSource(longs = {1_000_000_000L, 253_402_300_799L})
    void aTokenThatLivesForAgesOpensAConnection(long seconds) {
        WebSocketRecorder socket =
                connected(tokens.user(user).claim("exp", Instant.now().getEpochSecond() + seconds));
        socket.send("{\"type\":\"leave-room\",\"payload\":\"x\"}");
        socket.next("left-room");
    }

    /// A masked text frame, the mask being zero.
    private static String frame(String text) {
        return "\u0081\u00fe" + (char) (text.length() >> 8) + (char) (text.length() & 0xff) + "\0\0\0\0" + text;
    }

    private TicketRecord issued(long issuedAt) {
        return new TicketRecord(
                user, null, Grants.NONE, Grants.NONE, List.of(), issuedAt, System.currentTimeMillis() + 600_000);
    }

    private double ended(String transport) {
        return metric("freshet_connections_ended_total", "transport", transport, "reason", "revoked");
    }

    private static final String UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    private String upgrade(String query, String headers) {
        RawConnection connection =
                raw().send("GET /ws" + query + " HTTP/1.1\r\nHost: x\r\n" + UPGRADE + headers + "\r\n");
        String head = connection.readHead();
        return head.startsWith("HTTP/1.1 101 ") ? head : head + connection.readThrough("}");
    }
}
