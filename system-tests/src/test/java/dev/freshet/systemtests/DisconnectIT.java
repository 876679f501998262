package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.freshet.contract.message.CloseCode;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A disconnect reaches every pod, and what was issued before it opens nothing any more.
@Tag("calm")
final class DisconnectIT {

    private static final String EVENT = "{\"channel\":\"room:a\",\"type\":\"t\",\"payload\":1}";

    /// For a slow machine; in normal operation it takes less than a second.
    private static final Duration LIMIT = Duration.ofSeconds(5);

    /// Longer than a replica remembers that a user is none of the disconnected.
    private static final Duration REMEMBERED = Duration.ofMillis(600);

    private static Deployment deployment;

    @BeforeAll
    static void start() {
        deployment = Deployment.shared(1);
    }

    @AfterAll
    static void checkLogs() {
        deployment.assertNoLeaks();
    }

    /// Stops a disconnected user from staying or coming back on a pod that did not disconnect him.
    @Test
    void aDisconnectEndsAllConnectionsOnEveryPodAndRefusesWhatWasIssuedBefore() {
        String name = "user-disconnected";
        Rest old = deployment.follower(name, "room:a");
        Rest bystander = deployment.follower("user-bystander");
        List<Socket> sockets = new ArrayList<>();
        List<EventStream> streams = new ArrayList<>();
        for (Replica pod : deployment.all(Service.PUSH)) {
            sockets.add(Socket.connect(pod.url("/ws"), deployment.ticket(old)));
            streams.add(EventStream.open(pod.url("/api/events/me"), old));
        }
        String ticket = deployment.ticket(old);
        String second = deployment.ticket(old);
        EventStream other = EventStream.open(deployment.url("/api/events/me"), bystander);

        Rest.Answer forbidden = old.post(deployment.url("/api/users/user-bystander/disconnect"), "{}");
        assertThat(forbidden.status()).isEqualTo(403);
        Rest admin = deployment.as(deployment.user("root").groups("admin"));
        Rest.Answer answer = admin.post(deployment.url("/api/users/" + name + "/disconnect"), "{\"reason\":\"left\"}");
        long disconnected = System.nanoTime();

        assertThat(answer.status()).as(answer::toString).isEqualTo(202);
        Patience.await("all connections end")
                .until(() -> sockets.stream().noneMatch(Socket::isOpen)
                        && streams.stream().noneMatch(EventStream::isOpen));
        assertThat(Duration.ofNanos(System.nanoTime() - disconnected)).isLessThan(LIMIT);
        assertThat(sockets).allSatisfy(socket -> assertThat(socket.closeCode()).isEqualTo(CloseCode.FORBIDDEN.code()));
        assertThat(other.isOpen()).isTrue();

        // What a replica knows of a user counts for half a second.
        Patience.await("the old token is refused by every replica").untilAsserted(() -> {
            for (Replica replica : deployment.all(Service.EVENTS)) {
                assertThat(old.post(replica.url("/api/events"), EVENT).status()).isEqualTo(403);
            }
            for (Replica replica : deployment.all(Service.PUSH)) {
                Rest.Answer stream = old.get(replica.url("/api/events/me"));
                assertThat(stream.status()).isEqualTo(403);
                assertThat(stream.json().path("type").textValue()).endsWith("/revoked");
            }
        });
        for (Replica replica : deployment.all(Service.TICKET)) {
            // Each try until then takes one of the ten tickets that a user gets at once.
            Patience.await("the old token gets no ticket")
                    .pollInterval(REMEMBERED)
                    .untilAsserted(() -> assertThat(old.post(replica.url("/api/ws/ticket"), "{}")
                                    .status())
                            .isEqualTo(403));
        }
        Throwable refused =
                catchThrowable(() -> Socket.connect(deployment.push(0).url("/ws"), ticket));
        assertThat(refused.getCause())
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        handshake ->
                                assertThat(handshake.getResponse().statusCode()).isEqualTo(403));
        assertThat(Rest.get(java.net.URI.create(deployment.push(1).url("/api/events/me?ticket=" + second)))
                        .status())
                .isEqualTo(403);

        Rest fresh = deployment.as(
                deployment.user(name).channels("room:a").claim("iat", System.currentTimeMillis() / 1000 + 1));
        for (Replica pod : deployment.all(Service.PUSH)) {
            Socket socket = Socket.connect(pod.url("/ws"), deployment.ticket(fresh));
            Patience.await("admitted").until(() -> !socket.ofType("connected").isEmpty());
            socket.close();
            try (EventStream stream = EventStream.open(pod.url("/api/events/me"), fresh)) {
                assertThat(stream.status()).isEqualTo(200);
            }
        }
        assertThat(fresh.post(deployment.url("/api/events"), EVENT).status()).isEqualTo(202);
        other.close();
    }

    /// Stops a disconnected user from staying on a pod that was paused when the others were told.
    @Test
    void aPausedPodEndsTheConnectionsOfWhoWasDisconnectedMeanwhileOnceItGoesOn() {
        Replica paused = deployment.push(0);
        Rest old = deployment.follower("user-paused", "room:a");
        Rest bystander = deployment.follower("user-unpaused");
        Socket socket = Socket.connect(paused.url("/ws"), deployment.ticket(old));
        EventStream stream = EventStream.open(paused.url("/api/events/me"), old);
        Socket elsewhere = Socket.connect(deployment.push(1).url("/ws"), deployment.ticket(old));
        Socket other = Socket.connect(paused.url("/ws"), deployment.ticket(bystander));
        for (Socket each : List.of(socket, elsewhere, other)) {
            Patience.await("admitted").until(() -> !each.ofType("connected").isEmpty());
        }

        paused.child().send("STOP");
        try {
            Rest admin = deployment.as(deployment.user("root").groups("admin"));
            // Around the proxy, which may have the paused pod in mind.
            Rest.Answer answer = admin.post(
                    deployment.all(Service.EVENTS).getFirst().url("/api/users/user-paused/disconnect"), "{}");
            assertThat(answer.status()).as(answer::toString).isEqualTo(202);
            Patience.await("the pod that runs has heard of it").until(() -> !elsewhere.isOpen());
            assertThat(socket.isOpen()).isTrue();
            assertThat(stream.isOpen()).isTrue();
        } finally {
            paused.child().send("CONT");
        }
        long resumed = System.nanoTime();

        Patience.await("the pod that was paused ends the connections")
                .until(() -> !socket.isOpen() && !stream.isOpen());
        assertThat(Duration.ofNanos(System.nanoTime() - resumed)).isLessThan(LIMIT);
        assertThat(socket.closeCode()).isEqualTo(CloseCode.FORBIDDEN.code());
        assertThat(other.isOpen()).isTrue();
        other.close();
    }
}
