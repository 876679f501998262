package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.log.Keys;
import dev.freshet.contract.message.CloseCode;
import dev.freshet.contract.ticket.Ticket;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A ticket admits once, whoever issued it and wherever it is shown.
@Tag("calm")
final class TicketIT {

    private static final int ROUNDS = 20;
    private static final int REFUSED = CloseCode.AUTHENTICATION_FAILED.code();

    private static Deployment deployment;

    @BeforeAll
    static void start() {
        deployment = Deployment.shared(1);
    }

    @AfterAll
    static void checkLogs() {
        deployment.assertNoLeaks();
    }

    /// Stops whoever sees a ticket on its way from racing its owner to another pod, and both from getting in.
    @Test
    void aTicketShownAtTwoPodsAtOnceAdmitsExactlyOne() {
        for (int round = 0; round < ROUNDS; round++) {
            String ticket = deployment.ticket(deployment.follower("racer-" + round));
            List<CompletableFuture<Socket>> attempts = Stream.of(0, 1)
                    .map(pod -> Socket.connectAsync(deployment.push(pod).url("/ws"), ticket))
                    .toList();
            List<Socket> sockets =
                    attempts.stream().map(CompletableFuture::join).toList();
            Patience.await("both are answered").until(() -> sockets.stream().allMatch(TicketIT::isAnswered));

            assertThat(sockets.stream().filter(TicketIT::isAdmitted))
                    .as("round " + round)
                    .hasSize(1);
            assertThat(sockets.stream().filter(socket -> socket.closeCode() == REFUSED))
                    .as("round " + round)
                    .hasSize(1);
            sockets.forEach(Socket::close);
        }
    }

    /// Stops whoever finds a used ticket in a log from opening anything with it, anywhere.
    @Test
    void aUsedTicketIsRefusedOnEveryPodAndByEveryTransport() {
        String ticket = deployment.ticket(deployment.follower("user-used"));
        Socket.connect(deployment.url("/ws"), ticket).close();

        assertRefusedEverywhere(ticket);
    }

    /// Stops whoever finds a ticket that was never used from opening anything with it later.
    @Test
    void anExpiredTicketIsRefused() {
        String ticket = deployment.ticket(deployment.follower("user-expired"));
        String key = Keys.ticket(new Ticket(ticket).hash());
        assertThat(Long.parseLong(deployment.redis().cli("PTTL", key))).isBetween(1L, Ticket.LIFE_SECONDS * 1000L);
        deployment.redis().cli("PEXPIRE", key, "1");
        Patience.await("expired")
                .until(() -> deployment.redis().cli("EXISTS", key).equals("0"));

        assertRefusedEverywhere(ticket);
    }

    /// Stops whoever guesses tickets.
    @Test
    void anUnknownTicketIsRefused() {
        assertRefusedEverywhere(
                deployment.secrets().remember(Ticket.random(new SecureRandom()).text()));
    }

    /// Stops other bytes than a ticket's from reaching the keys of Redis.
    @Test
    void whatIsNoTicketIsRefused() {
        assertRefusedEverywhere("nonsense");
    }

    @Test
    void aTicketOfEitherReplicaAdmitsOnEitherPod() {
        for (Replica issuer : deployment.all(Service.TICKET)) {
            for (Replica pod : deployment.all(Service.PUSH)) {
                Rest user = deployment.follower("user-any");
                Socket socket = Socket.connect(pod.url("/ws"), deployment.ticket(user, issuer.url("/api/ws/ticket")));
                assertThat(socket.ofType("connected")
                                .getFirst()
                                .at("/payload/userId")
                                .asText())
                        .isEqualTo("user-any");
                socket.close();
            }
        }
    }

    /// Stops a stream's URL from opening it for whoever copies it.
    @Test
    void aTicketOpensAStreamOnce() {
        String ticket = deployment.ticket(deployment.follower("user-stream"));
        try (EventStream stream = EventStream.open(deployment.url("/api/events/me?ticket=" + ticket))) {
            assertThat(stream.status()).isEqualTo(200);
        }
        assertRefusedEverywhere(ticket);
    }

    /// Stops one account from filling Redis with tickets by asking all replicas. The rate is 10 at once and 2 per
    /// second: who asks 30 times gets 10 and what grew back meanwhile.
    @Test
    void theRateLimitOfAUserHoldsAcrossTheReplicas() {
        Rest greedy = deployment.follower("user-greedy");
        long begin = System.nanoTime();
        List<Rest.Answer> answers = new ArrayList<>();
        IntStream.range(0, 15)
                .forEach(i -> deployment.all(Service.TICKET).stream()
                        .map(replica -> greedy.post(replica.url("/api/ws/ticket"), "{}"))
                        .forEach(answers::add));
        long grown = 2 * (1 + (System.nanoTime() - begin) / 1_000_000_000);
        answers.stream()
                .filter(answer -> answer.status() == 200)
                .forEach(answer -> deployment
                        .secrets()
                        .remember(answer.json().path("ticket").textValue()));

        assertThat(answers.stream().filter(answer -> answer.status() == 200).count())
                .isBetween(10L, 10L + grown);
        assertThat(answers.stream().filter(answer -> answer.status() != 200))
                .isNotEmpty()
                .allSatisfy(answer -> {
                    assertThat(answer.status()).isEqualTo(429);
                    assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
                    assertThat(Integer.parseInt(answer.header("Retry-After"))).isPositive();
                });
        assertThat(deployment.ticket(deployment.follower("user-modest"))).isNotEmpty();
    }

    private static void assertRefusedEverywhere(String ticket) {
        for (Replica pod : deployment.all(Service.PUSH)) {
            Socket socket = Socket.connectAsync(pod.url("/ws"), ticket).join();
            Patience.await("refused").until(() -> isAnswered(socket));
            assertThat(socket.closeCode()).isEqualTo(REFUSED);
            assertThat(socket.frames()).isEmpty();

            Rest.Answer stream = Rest.get(java.net.URI.create(pod.url("/api/events/me?ticket=" + ticket)));
            assertThat(stream.status()).as(stream::toString).isEqualTo(401);
            assertThat(stream.header("WWW-Authenticate")).isNotEmpty();
        }
    }

    private static boolean isAdmitted(Socket socket) {
        return !socket.ofType("connected").isEmpty();
    }

    private static boolean isAnswered(Socket socket) {
        return isAdmitted(socket) || !socket.isOpen();
    }
}
