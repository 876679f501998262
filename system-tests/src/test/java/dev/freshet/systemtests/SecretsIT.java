package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.testkit.RawConnection;
import dev.freshet.testkit.Tokens;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// No token and no ticket ends up in a log, at the most talkative level and with the access logs on: whoever
/// reads logs must not become somebody else. Every form in which a service takes a secret is used, well and
/// badly.
@Tag("calm")
final class SecretsIT {

    /// Stops whoever reads logs from becoming somebody else.
    @Test
    void noLogHoldsASecretHoweverItCameAndHoweverItWasAnswered() {
        Plan plan = Plan.of("secrets", 1)
                .with("QUARKUS_LOG_LEVEL", "DEBUG")
                .with("QUARKUS_HTTP_ACCESS_LOG_ENABLED", "true")
                .replicas(Service.TICKET, 1)
                .replicas(Service.EVENTS, 1)
                .replicas(Service.PUSH, 1);
        try (Deployment deployment = Deployment.start(plan)) {
            Tokens.Builder claims = deployment.user("ada").channels("room:*").publish("room:*");
            String good = deployment.secrets().remember(claims.sign());
            String expired = deployment
                    .secrets()
                    .remember(deployment
                            .user("bob")
                            .expiresIn(Duration.ofMinutes(-5))
                            .sign());
            String forged =
                    deployment.secrets().remember(Tokens.create().user("eve").sign());
            String nameless = deployment
                    .secrets()
                    .remember(
                            deployment.user("not a name").claim("groups", true).sign());

            for (String base : List.of(
                    deployment.url(""),
                    deployment.ticket(0).url(""),
                    deployment.events(0).url(""),
                    deployment.push(0).url(""))) {
                for (String token : List.of(good, expired, forged, nameless)) {
                    useToken(base, token);
                }
            }
            for (String base : List.of(deployment.url(""), deployment.push(0).url(""))) {
                useTickets(deployment, deployment.follower("holder-" + base.hashCode(), "room:*"), base);
            }
            malformed(deployment, good);

            assertThat(deployment.secrets().count()).isGreaterThan(10);
            for (Service service : Service.values()) {
                List<String> log = deployment.all(service).getFirst().child().logLines();
                assertThat(log).as("debug level of " + service).anyMatch(line -> line.contains(" DEBUG "));
                assertThat(log)
                        .as("access log of " + service)
                        .anyMatch(line -> line.contains("POST /api/events HTTP/1.1"));
            }
        }
    }

    private static void useToken(String base, String token) {
        String event = "{\"channel\":\"room:a\",\"type\":\"t\",\"payload\":1}";
        for (String[] header : new String[][] {
            {"Authorization", "Bearer " + token},
            {"Authorization", "bearer  " + token},
            {"Authorization", "Basic " + token},
            {"Cookie", "access_token=" + token},
            {"Cookie", "a=b; access_token=\"" + token + "\""}
        }) {
            Rest.send(post(base + "/api/ws/ticket", "{\"channels\":7}")
                    .header(header[0], header[1])
                    .build());
            Rest.send(post(base + "/api/events", event)
                    .header(header[0], header[1])
                    .build());
            Rest.send(
                    post(base + "/api/events", "{").header(header[0], header[1]).build());
            Rest.send(Rest.request(base + "/api/channels/room:a/events")
                    .header(header[0], header[1])
                    .build());
            Rest.send(Rest.request(base + "/api/events/someone-else")
                    .header(header[0], header[1])
                    .build());
            Rest.send(Rest.request(base + "/ws").header(header[0], header[1]).build());
        }
        for (String path : List.of(
                "/api/events/someone-else?token=",
                "/api/events/someone-else?ticket=",
                "/api/channels/room:a/events?token=",
                "/nothing?access_token=",
                "/ws?token=",
                "/ws?ticket=")) {
            Rest.get(URI.create(base + path + token));
            Rest.send(post(base + path + token, "{}").build());
        }
        // Only push-service takes WebSockets.
        Socket.connectAsync(base + "/ws", token)
                .thenAccept(Socket::close)
                .exceptionally(refused -> null)
                .join();
    }

    private static void useTickets(Deployment deployment, Rest user, String base) {
        String ticket = deployment.ticket(user);
        try (EventStream stream = EventStream.open(base + "/api/events/me?ticket=" + ticket)) {
            assertThat(stream.status()).isEqualTo(200);
        }
        Rest.get(URI.create(base + "/api/events/me?ticket=" + ticket));
        ticket = deployment.ticket(user);
        try (EventStream stream = EventStream.open(base + "/api/rooms/a/events?token=" + ticket)) {
            assertThat(stream.status()).isEqualTo(200);
        }
        ticket = deployment.ticket(user);
        Rest.get(URI.create(base + "/api/events/someone-else?ticket=" + ticket));

        ticket = deployment.ticket(user);
        Socket socket = Socket.connect(base + "/ws", ticket);
        Patience.await("connected").until(() -> !socket.ofType("connected").isEmpty());
        socket.send(
                "{\"type\":\"refresh\",\"id\":\"r1\",\"payload\":{\"ticket\":\"" + deployment.ticket(user) + "\"}}");
        Patience.await("refreshed").until(() -> !socket.ofType("refreshed").isEmpty());
        socket.send("{\"type\":\"refresh\",\"payload\":{\"ticket\":[\"" + deployment.ticket(user) + "\"]}}");
        socket.send("{\"ticket\":\"" + deployment.ticket(user));
        Patience.await("errors").until(() -> socket.ofType("error").size() == 2);
        socket.send("{\"type\":\"refresh\",\"payload\":{\"ticket\":\"" + ticket + "\"}}");
        Patience.await("an answer")
                .until(() -> !socket.isOpen() || socket.ofType("error").size() == 3);
        socket.close();
        Socket.connectAsync(base + "/ws", ticket).join().close();
    }

    /// What the HTTP server refuses before any route sees it.
    private static void malformed(Deployment deployment, String token) {
        for (Service service : Service.values()) {
            int port = deployment.all(service).getFirst().port();
            for (String request : List.of(
                    "GET /%zz?ticket=" + token + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                    "GET /ws?ticket=" + token + "&a=" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
                    "GET /api/events/me?ticket=" + token + " HTTP/9.9\r\nHost: x\r\n\r\n",
                    "GET /ws?ticket=" + token + "\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token + "\r\nno colon\r\n\r\n")) {
                try (RawConnection connection = RawConnection.to(port)) {
                    connection.send(request).readToEnd();
                }
            }
        }
    }

    private static HttpRequest.Builder post(String url, String body) {
        return Rest.request(url)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }
}
