package dev.freshet.push.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.push.ProxyProfile;
import dev.freshet.push.PushTest;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RawConnection;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Whose bucket an opening is taken out of. Every test has clients of its own.
@QuarkusTest
@TestProfile(ProxyProfile.class)
@WithTestResource(FreshetResource.class)
class AddressHardeningTest extends PushTest {

    private enum Way {
        SSE,
        WEBSOCKET,
        POLL
    }

    private String good = "";

    @BeforeEach
    void sign() {
        good = "Authorization: Bearer " + tokens.user(unique("ada")).sign() + "\r\n";
    }

    /// Stops one machine from opening connections in a loop, by whatever transport, at the cost of all others.
    @Test
    void anAddressOpensAsOftenAsItsBucketHoldsByAnyTransport() {
        double before = metric("freshet_limited_total", "limit", "opens");
        for (int i = 0; i < ProxyProfile.OPENS; i++) {
            assertThat(opens("127.0.0.10", Way.values()[i % 3], good)).isTrue();
        }

        for (Way way : Way.values()) {
            assertThat(opens("127.0.0.10", way, good)).as(way.name()).isFalse();
            assertThat(opens("127.0.0.11", way, good)).as(way.name()).isTrue();
        }
        assertThat(metric("freshet_limited_total", "limit", "opens") - before).isEqualTo(3);
    }

    /// Stops whoever is no proxy of ours from getting a fresh bucket by naming another address each time.
    @Test
    void whatAnUntrustedPeerSaysOfItsAddressIsNotBelieved() {
        for (int i = 0; i < ProxyProfile.OPENS; i++) {
            assertThat(opens("127.0.0.20", Way.values()[i % 3], good + forwarded("203.0.113." + i)))
                    .isTrue();
        }

        for (String header : List.of(
                forwarded("203.0.113.100"),
                forwarded(ProxyProfile.PROXY),
                "Forwarded: for=203.0.113.101\r\n",
                "X-Real-IP: 203.0.113.102\r\n",
                "")) {
            for (Way way : Way.values()) {
                assertThat(opens("127.0.0.20", way, good + header))
                        .as("%s, %s", way, header)
                        .isFalse();
            }
        }
    }

    /// Stops whoever is no proxy of ours from emptying the bucket of an address that is named.
    @Test
    void anUntrustedPeerTakesNothingOfTheAddressItNames() {
        for (int i = 0; i < 2 * ProxyProfile.OPENS; i++) {
            opens("127.0.0.30", Way.POLL, good + forwarded("198.51.100.30"));
        }

        assertThat(opens(ProxyProfile.PROXY, Way.POLL, good + forwarded("198.51.100.30")))
                .isTrue();
    }

    /// Stops one client behind a proxy from using up what all others behind it may open.
    @Test
    void theClientsOfATrustedProxyHaveABucketEach() {
        for (int client = 0; client < 5; client++) {
            String header = forwarded("198.51.100." + (40 + client));
            for (int i = 0; i < ProxyProfile.OPENS; i++) {
                assertThat(opens(ProxyProfile.PROXY, Way.values()[i % 3], good + header))
                        .isTrue();
            }
            for (Way way : Way.values()) {
                assertThat(opens(ProxyProfile.PROXY, way, good + header)).isFalse();
            }
        }
    }

    /// Stops one IPv6 host, which has more addresses than anybody can count, from getting a bucket for each.
    @Test
    void anIpv6NetworkIsOneClient() {
        for (int i = 0; i < ProxyProfile.OPENS; i++) {
            assertThat(opens(ProxyProfile.PROXY, Way.POLL, good + forwarded("2001:db8:0:1::" + i)))
                    .isTrue();
        }

        assertThat(opens(ProxyProfile.PROXY, Way.POLL, good + forwarded("2001:db8:0:1:ffff::1")))
                .isFalse();
        assertThat(opens(ProxyProfile.PROXY, Way.POLL, good + forwarded("2001:db8:0:2::1")))
                .isTrue();
    }

    /// Stops the worthless tokens of one client behind a proxy from shutting the others out.
    @Test
    void failuresBehindATrustedProxyAreTheClientsOwn() {
        for (int i = 0; i < ProxyProfile.FAILURES; i++) {
            assertThat(status(ProxyProfile.PROXY, "Authorization: Bearer x\r\n" + forwarded("198.51.100.60")))
                    .isEqualTo(401);
        }

        assertThat(status(ProxyProfile.PROXY, good + forwarded("198.51.100.60")))
                .isEqualTo(429);
        assertThat(status(ProxyProfile.PROXY, good + forwarded("198.51.100.61")))
                .isEqualTo(200);
    }

    /// Whether it was let in; else it was told that its address opens too often.
    private boolean opens(String from, Way way, String headers) {
        return switch (way) {
            case SSE -> {
                try (RawConnection connection = RawConnection.from(from, root.getPort())) {
                    connection.send("GET /api/events/me HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n");
                    // A status would end a browser's stream for good.
                    assertThat(connection.readHead()).startsWith("HTTP/1.1 200 ");
                    connection.readThrough("event: ");
                    String event = connection.readThrough("\n").strip();
                    assertThat(event).isIn("init", "unavailable");
                    yield event.equals("init");
                }
            }
            case WEBSOCKET -> {
                try (RawConnection connection = RawConnection.from(from, root.getPort())) {
                    connection.send("GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + headers
                            + "\r\n");
                    int status = status(connection.readHead());
                    assertThat(status).isIn(101, 429);
                    yield status == 101;
                }
            }
            case POLL -> {
                int status = status(from, headers);
                assertThat(status).isIn(200, 429);
                yield status == 200;
            }
        };
    }

    private int status(String from, String headers) {
        try (RawConnection connection = RawConnection.from(from, root.getPort())) {
            connection.send(
                    "GET /api/channels/user:me/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + "\r\n");
            return status(connection.readToEnd());
        }
    }

    private static int status(String answer) {
        return Integer.parseInt(answer.split(" ", 3)[1]);
    }

    private static String forwarded(String address) {
        return "X-Forwarded-For: " + address + "\r\n";
    }
}
