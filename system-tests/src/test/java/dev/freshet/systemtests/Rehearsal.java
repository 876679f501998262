package dev.freshet.systemtests;

import dev.freshet.systemtests.checker.Checker;
import dev.freshet.systemtests.checker.Publication;
import dev.freshet.systemtests.checker.Verdict;
import dev.freshet.systemtests.client.Client;
import dev.freshet.systemtests.client.Clients;
import dev.freshet.systemtests.client.Route;
import dev.freshet.systemtests.client.SocketClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/// People and backend services at [Production]: steady ones, who stay where they are as long as they may, and
/// restless ones, who come back all the time with a new ticket; REST requests and `XADD`s; and a checker between
/// them.
final class Rehearsal implements AutoCloseable {

    private static final int CHANNELS = 12;
    private static final int CHANNELS_EACH = 3;
    private static final int STEADY = 60;
    private static final int RESTLESS = 10;
    private static final int RATE = 60;

    /// Of all restless ones together: each has a ticket every two seconds, of the two per second that it may.
    private static final long MOVE_MS = 200;

    private static final int PADDING = 50;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final String name;
    private final Production production;
    private final long seed = Long.getLong("freshet.seed", System.nanoTime() & 0xFFFF_FFFFL);
    private final Random random = new Random(seed);
    private final long began = System.nanoTime();
    private final Checker checker;
    private final Clients clients = new Clients(seed);
    private final List<String> channels;
    private final Route pods;
    private final List<Client> steady = new ArrayList<>();
    private final List<SocketClient> restless = new ArrayList<>();
    private final Load load;
    private final AtomicInteger tickets = new AtomicInteger();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

    private Rehearsal(String name, Production production) {
        this.name = name;
        this.production = production;
        this.checker = new Checker(production.partitions());
        this.channels = IntStream.range(0, CHANNELS)
                .mapToObj(i -> "broadcast:" + name + "-" + i)
                .toList();
        this.pods = Route.toAddresses(() -> production.of(Service.PUSH).endpoints());
        this.load = new Load(
                checker,
                production.publisher(),
                number -> production.url(Service.EVENTS, "/api/events"),
                new RawProducer(
                        checker::partitionOf,
                        partition -> production.redisAddress(),
                        List.of("AUTH", "producer", production.password("producer")),
                        0),
                channels,
                random.nextLong(),
                PADDING);
    }

    /// Connects everybody and lets the load begin.
    static Rehearsal begin(String name, Production production) {
        Rehearsal rehearsal = new Rehearsal(name, production);
        for (int i = 0; i < STEADY; i++) {
            rehearsal.steady.add(i % 2 == 0 ? rehearsal.stream("steady-" + i) : rehearsal.socket("steady-" + i));
        }
        for (int i = 0; i < RESTLESS; i++) {
            rehearsal.restless.add(rehearsal.socket("restless-" + i));
        }
        rehearsal.clients.all().forEach(Client::start);
        rehearsal.awaitConnected();
        rehearsal.load.begin(RATE);
        AtomicInteger turn = new AtomicInteger();
        var unused = rehearsal.clock.scheduleAtFixedRate(
                () -> rehearsal.restless.get(turn.getAndIncrement() % RESTLESS).breakConnection(),
                MOVE_MS,
                MOVE_MS,
                TimeUnit.MILLISECONDS);
        return rehearsal;
    }

    /// Lets the load go on until so many more were acknowledged over REST.
    void flow(int count) {
        int goal = load.acknowledged() + count;
        Patience.await("the load flows")
                .atMost(LIMIT)
                .failFast("all pods are well", production::assertWell)
                .until(() -> load.acknowledged() >= goal);
    }

    /// Ends the load, waits until everybody has everything, prints a line, and judges.
    void finish() throws InterruptedException {
        clock.shutdown();
        if (!clock.awaitTermination(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("the restless do not rest");
        }
        awaitConnected();
        load.finish();
        List<Publication> unanswered = checker.publications().stream()
                .filter(publication -> !publication.isAcknowledged())
                .toList();
        if (!unanswered.isEmpty()) {
            checker.violation("never taken: " + unanswered);
        }
        try {
            Patience.await("all events arrive")
                    .atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(300))
                    .until(() -> checker.verify().lost() == 0);
        } catch (org.awaitility.core.ConditionTimeoutException incomplete) {
            // The verdict below says what is missing, and where.
            checker.violation("not all events arrived within " + LIMIT);
        }
        Verdict verdict = checker.verify();
        System.out.printf(
                "REHEARSAL %s: %s refused=%d tickets=%d violations=%d seed=%d seconds=%.1f%n",
                name,
                verdict.summary(),
                load.refusals(),
                tickets.get(),
                verdict.violations().size(),
                seed,
                (System.nanoTime() - began) / 1e9);
        verdict.assertClean();
    }

    /// Of each who does not move without being told to.
    List<Integer> connectionsOfTheSteady() {
        return steady.stream().map(client -> client.transcript().connections()).toList();
    }

    /// REST requests that were answered with an error, or not at all, and had to be repeated.
    long refusals() {
        return load.refusals();
    }

    int tickets() {
        return tickets.get();
    }

    private void awaitConnected() {
        Patience.await("everybody is connected")
                .atMost(LIMIT)
                .failFast("all pods are well", production::assertWell)
                .until(
                        () -> clients.all().stream()
                                .filter(client -> !client.isConnected())
                                .map(client -> client.transcript().name())
                                .toList(),
                        List::isEmpty);
    }

    private Client stream(String who) {
        String user = name + "-" + who;
        return clients.sse(pods, production.user(user).sign(), checker.follow("SSE " + user, someChannels()));
    }

    private SocketClient socket(String who) {
        String user = name + "-" + who;
        Rest rest = new Rest(production.user(user).sign());
        String own = "user:" + user;
        List<String> followed = new ArrayList<>(someChannels());
        followed.add(own);
        return clients.socket(pods, own, () -> ticket(rest), checker.follow("WebSocket " + user, followed));
    }

    /// Nobody may be refused one: its pods stay in service until others do.
    private CompletableFuture<String> ticket(Rest user) {
        return user.postAsync(production.url(Service.TICKET, "/api/ws/ticket"), "{}")
                .handle((answer, failure) -> {
                    if (failure != null || answer.status() != 200) {
                        checker.violation("no ticket: " + (failure != null ? failure : answer));
                        throw new IllegalStateException("no ticket");
                    }
                    tickets.incrementAndGet();
                    return answer.json().path("ticket").textValue();
                });
    }

    private List<String> someChannels() {
        return random.ints(0, CHANNELS)
                .distinct()
                .limit(CHANNELS_EACH)
                .mapToObj(channels::get)
                .toList();
    }

    @Override
    public void close() {
        clock.shutdownNow();
        clients.close();
        load.close();
    }
}
