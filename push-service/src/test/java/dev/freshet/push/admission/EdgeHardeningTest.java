package dev.freshet.push.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.push.PushTest;
import dev.freshet.push.StandardProfile;
import dev.freshet.testkit.EdgeChecks;
import dev.freshet.testkit.EdgeChecks.Answer;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RawConnection;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What other pages, caches and malformed requests get at this service's edge.
@QuarkusTest
@TestProfile(StandardProfile.class)
@WithTestResource(FreshetResource.class)
class EdgeHardeningTest extends PushTest {

    private static final List<String> PATHS = List.of(
            "/api/events",
            "/api/events/me",
            "/api/rooms/a/events",
            "/api/channels/room:a/events",
            "/api/ws/ticket",
            "/",
            "/nothing",
            "/ws");

    private static final String UPGRADE = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    /// What a query or header might be made of, besides plain bytes.
    private static final String[] PARTS = {
        "channels=",
        "types=",
        "last=",
        "lastEventId=",
        "presence=",
        "after=",
        "limit=",
        "wait=0",
        "ticket=",
        "token=",
        "&",
        "&",
        "&",
        "=",
        ",",
        ":",
        "~",
        "_",
        "-",
        ".",
        "room:a",
        "user:me",
        "broadcast:",
        "1-1~abcd",
        "0",
        "100",
        "99999999999999999999",
        "%0d%0a",
        "%00",
        "%c3%28",
        "%f0%9f%98%80",
        "%2e%2e%2f",
        "%25",
        "+",
        "'",
        "\"",
        "<",
        "{",
        "$",
        "*",
        "null",
        "A".repeat(300)
    };

    private EdgeChecks edge;

    @BeforeEach
    void prepare() {
        edge = new EdgeChecks(root, StandardProfile.ORIGIN);
    }

    /// Stops a gateway that sends a preflight to the wrong service from breaking a page of ours.
    @Test
    void everyPathAnswersPreflightsAlike() {
        edge.preflightsAreAnswered(PATHS);
    }

    /// Stops pages whose origin only looks like an allowed one: `null`, other ports, suffixes, subdomains, case.
    @Test
    void otherOriginsAreRefused() {
        edge.otherOriginsAreRefused(PATHS);
    }

    /// Stops whoever can put a page without TLS under the service's name from acting as its user.
    @Test
    void theOwnHostMay() {
        edge.theOwnHostMay();
    }

    /// Stops cross-site WebSocket hijacking: another site's page opens no socket, with its visitor's cookie or
    /// without.
    @Test
    void aWebSocketOpensForOurPagesOnly() {
        String cookie = "Cookie: access_token=" + tokens.user(unique("ada")).sign() + "\r\n";
        for (String origin : List.of(
                "null",
                "",
                "https://evil.test",
                StandardProfile.ORIGIN + ".evil.test",
                StandardProfile.ORIGIN + ":444",
                "http://app.test",
                "https://sub.app.test",
                "HTTPS://APP.TEST")) {
            for (String with : List.of(cookie, "")) {
                String head = raw().send("GET /ws HTTP/1.1\r\nHost: api.test\r\n" + UPGRADE + with + "Origin: " + origin
                                + "\r\n\r\n")
                        .readHead();
                assertThat(head)
                        .as(origin)
                        .startsWith("HTTP/1.1 403 ")
                        .containsIgnoringCase("content-type: application/problem+json");
            }
        }
        String head = raw().send("GET /ws HTTP/1.1\r\nHost: api.test\r\n" + UPGRADE + cookie + "Origin: "
                        + StandardProfile.ORIGIN + "\r\n\r\n")
                .readHead();
        assertThat(head).startsWith("HTTP/1.1 101 ");
    }

    /// Stops compressed frames, whose size says nothing about what they become.
    @Test
    void compressionOfFramesIsDeclined() {
        String head = raw().send("GET /ws HTTP/1.1\r\nHost: api.test\r\n" + UPGRADE + "Cookie: access_token="
                        + tokens.user(unique("ada")).sign()
                        + "\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, x-webkit-deflate-frame"
                        + "\r\n\r\n")
                .readHead();
        assertThat(head).startsWith("HTTP/1.1 101 ").doesNotContainIgnoringCase("extensions");
    }

    /// Stops frames that intermediaries or other parsers would read differently: not UTF-8, reserved bits, not
    /// masked.
    @Test
    void framesThatBreakTheProtocolEndTheConnection() {
        for (String frame : List.of("\u0081\u0084\0\0\0\0\u00c3(ab", "\u00c1\u0082\0\0\0\0{}", "\u0081\u0002{}")) {
            RawConnection socket = raw().send("GET /ws HTTP/1.1\r\nHost: api.test\r\n" + UPGRADE
                    + "Cookie: access_token=" + tokens.user(unique("ada")).sign() + "\r\n\r\n");
            assertThat(socket.readHead()).startsWith("HTTP/1.1 101 ");
            socket.readThrough("\"connected\"");

            assertThat(socket.send(frame).readToEnd()).doesNotContain("\"error\"");
        }
    }

    /// Stops answers from running as pages, being framed, sniffed, or kept for the next user.
    @Test
    void everyAnswerIsGuarded() {
        String token = "Authorization: Bearer " + tokens.user(unique("ada")).sign();
        String channel = "/api/channels/user:me";
        edge.everyAnswerIsGuarded(List.of(
                edge.send("HEAD", "/api/events/me", token),
                edge.send("GET", channel + "/events", token),
                edge.send("GET", channel + "/latest", token),
                edge.send("GET", channel + "/events?after=x", token),
                edge.send("GET", "/api/events/bob", token),
                edge.send("GET", "/api/events/me"),
                edge.send("GET", "/nothing"),
                edge.send("GET", "/ws", token),
                edge.send("POST", "/api/events/me", token),
                edge.preflight("/api/events/me", StandardProfile.ORIGIN),
                edge.preflight("/api/events/me", "https://evil.test")));
    }

    /// Stops decompression bombs: a small body that would unpack to gigabytes.
    @Test
    void compressedBodiesAreRefused() {
        edge.compressedBodiesAreRefused(PATHS, tokens.user(unique("ada")).sign());
    }

    /// Stops one client from filling the memory with the head of a request.
    @Test
    void oversizedHeadsAreRefused() {
        edge.oversizedHeadsAreRefused();
    }

    /// Stops whoever tries all queries from finding one that breaks something: it is understood or it is the
    /// client's mistake, never ours.
    @Test
    void noQueryIsAnErrorOfOurs() {
        String token = "Authorization: Bearer "
                + tokens.user(unique("ada")).channels("room:*").sign();
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 600; i++) {
            String path = PATHS.get(random.nextInt(4));
            StringBuilder query = new StringBuilder(path).append('?');
            for (int part = random.nextInt(9); part >= 0; part--) {
                query.append(
                        random.nextInt(12) == 0
                                ? String.valueOf((char) (33 + random.nextInt(222)))
                                : PARTS[random.nextInt(PARTS.length)]);
            }
            // HEAD: what would be a stream ends.
            Answer answer = edge.send("HEAD", query.toString(), token);
            assertThat(answer.status()).as("seed %d: %s", seed, query).isIn(0, 200, 304, 400, 401, 403, 404, 405, 414);
        }
    }

    /// Stops the same by the headers that carry something of the client's.
    @Test
    void noHeaderIsAnErrorOfOurs() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String token = "Authorization: Bearer " + tokens.user(unique("ada")).sign();
        for (int i = 0; i < 300; i++) {
            String name = List.of("Last-Event-ID", "If-None-Match", "Cookie", "Origin", "Accept", "Authorization")
                    .get(random.nextInt(6));
            byte[] value = new byte[random.nextInt(60)];
            random.nextBytes(value);
            for (int at = 0; at < value.length; at++) {
                if (value[at] == '\r' || value[at] == '\n') {
                    value[at] = ',';
                }
            }
            Answer answer = edge.send(
                    random.nextBoolean() ? "HEAD" : "GET",
                    "/api/channels/user:me/events",
                    token,
                    name + ": " + new String(value, StandardCharsets.ISO_8859_1));
            assertThat(answer.status()).as("seed %d: %s", seed, name).isIn(0, 200, 304, 400, 401, 403, 405);
        }
    }
}
