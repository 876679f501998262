package dev.freshet.systemtests;

import dev.freshet.contract.event.StreamId;
import dev.freshet.systemtests.checker.Checker;
import dev.freshet.systemtests.checker.Gaps;
import dev.freshet.systemtests.checker.Publication;
import dev.freshet.systemtests.checker.Transcript;
import dev.freshet.systemtests.checker.Verdict;
import dev.freshet.systemtests.client.Client;
import dev.freshet.systemtests.client.Clients;
import dev.freshet.systemtests.client.PollClient;
import dev.freshet.systemtests.client.Route;
import dev.freshet.systemtests.client.SocketClient;
import dev.freshet.systemtests.client.SseClient;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// One fault, under load, judged: clients on every way, publishers on every way, and a checker between them.
///
/// It ends with one line on standard output that says what it saw. `-Dfreshet.seed=` repeats its choices.
final class Scenario implements AutoCloseable {

    private static final Duration SETTLE_LIMIT = Duration.ofSeconds(60);
    private static final int CHANNELS_PER_CLIENT = 3;
    private static final int PADDING = 50;

    private final String name;
    private final Deployment deployment;
    private final long seed = Long.getLong("freshet.seed", System.nanoTime() & 0xFFFF_FFFFL);
    private final Random random = new Random(seed);
    private final long began = System.nanoTime();
    private final Checker checker;
    private final Clients clients = new Clients(seed);
    private final List<String> channels;
    private final List<SseClient> streams = new ArrayList<>();
    private final List<SocketClient> sockets = new ArrayList<>();
    private final Load load;
    private final Route throughProxy;
    private @Nullable Page page;
    private int faults;

    private Scenario(String name, Deployment deployment, int channelCount, int rooms, int padding, int waitReplicas) {
        this.name = name;
        this.deployment = deployment;
        this.checker = new Checker(deployment.log().partitions());
        this.channels = IntStream.range(0, channelCount)
                .mapToObj(i -> (i < channelCount - rooms ? "broadcast:" : "room:") + prefix(name) + "-" + i)
                .toList();
        List<String> urls = new ArrayList<>(List.of(deployment.url("/api/events")));
        deployment.all(Service.EVENTS).forEach(replica -> urls.add(replica.url("/api/events")));
        this.load = new Load(
                checker,
                deployment.publisher(),
                number -> urls.get(number % urls.size()),
                new RawProducer(
                        deployment.log()::partitionOf,
                        partition -> new InetSocketAddress(
                                "127.0.0.1",
                                deployment.backend().primary(partition).port()),
                        List.of(),
                        waitReplicas),
                channels,
                random.nextLong(),
                padding);
        this.throughProxy = Route.toPorts(deployment.proxy().port());
        System.out.println("FAULTS " + name + ": begins with seed " + seed);
    }

    static Scenario of(String name, Deployment deployment, int channelCount) {
        return of(name, deployment, channelCount, PADDING);
    }

    /// @param padding characters that make each payload longer
    static Scenario of(String name, Deployment deployment, int channelCount, int padding) {
        return of(name, deployment, channelCount, padding, 0);
    }

    /// @param waitReplicas that have what counts as acknowledged to an `XADD`
    static Scenario of(String name, Deployment deployment, int channelCount, int padding, int waitReplicas) {
        return new Scenario(name, deployment, channelCount, 0, padding, waitReplicas);
    }

    /// The same with a room as the last channel: sockets join it, streams follow it, and all of them are present.
    static Scenario withRoom(String name, Deployment deployment, int channelCount, int waitReplicas) {
        return new Scenario(name, deployment, channelCount, 1, PADDING, waitReplicas);
    }

    Checker checker() {
        return checker;
    }

    Load load() {
        return load;
    }

    Random random() {
        return random;
    }

    List<String> channels() {
        return channels;
    }

    List<SseClient> streams() {
        return List.copyOf(streams);
    }

    List<SocketClient> sockets() {
        return List.copyOf(sockets);
    }

    List<Client> clients() {
        return clients.all();
    }

    /// All push replicas, around the proxy.
    Route direct() {
        return Route.toPorts(
                deployment.all(Service.PUSH).stream().mapToInt(Replica::port).toArray());
    }

    Route throughProxy() {
        return throughProxy;
    }

    /// A stream over these channels, of a user of its own, not started.
    SseClient stream(Route route, List<String> followed) {
        String user = user();
        SseClient client = clients.sse(route, token(user), checker.follow("SSE " + user, followed));
        streams.add(client);
        return client;
    }

    /// A socket on these channels and the own one of a user of its own, not started.
    SocketClient socket(Route route, List<String> followed) {
        String user = user();
        Rest rest = new Rest(token(user));
        String own = "user:" + user;
        List<String> all = new ArrayList<>(followed);
        all.add(own);
        SocketClient client = clients.socket(route, own, () -> ticket(rest), checker.follow("WebSocket " + user, all));
        sockets.add(client);
        return client;
    }

    /// Polls one channel as a user of its own, not started.
    PollClient poll(Route route, String channel) {
        String user = user();
        return clients.poll(route, token(user), checker.follow("polling " + user, List.of(channel)));
    }

    /// Half of them streams, half of them sockets, a half of each around the proxy, each on some channels; the last one
    /// polls instead, and the one before it is in the room, if there is one. And a browser on all.
    void connect(int count) {
        connect(count, direct());
    }

    /// The same with another way around the proxy.
    void connect(int count, Route around) {
        for (int i = 0; i < count; i++) {
            Route route = i % 4 < 2 ? throughProxy() : around;
            Client client;
            if (i == count - 1) {
                // Around the proxy, which ends a connection after so many requests.
                client = poll(around, channels.getFirst());
            } else if (i == count - 2) {
                client = socket(route, List.of(channels.getFirst(), channels.getLast()));
            } else {
                client = i % 2 == 0 ? stream(route, someChannels()) : socket(route, someChannels());
            }
            client.start();
        }
        awaitConnected();
        browse(channels);
    }

    /// A browser's page on these channels, where there is a browser; once.
    void browse(List<String> followed) {
        browse(deployment.proxy(), followed);
    }

    /// The same through another proxy.
    void browse(Proxy proxy, List<String> followed) {
        if (page != null) {
            return;
        }
        if (!Chromium.isInstalled()) {
            System.out.println("FAULTS " + name + ": without a browser, for there is no chromium");
            return;
        }
        String token = deployment.secrets().remember(token("browser"));
        page = Page.open(prefix(name), proxy.port(), token, checker.follow("browser", followed));
    }

    /// How many pages of browsers there are.
    int pages() {
        return page == null ? 0 : 1;
    }

    /// The browser's page, once [#connect] or [#browse] was called, and if there is a browser.
    Optional<Page> page() {
        return Optional.ofNullable(page);
    }

    /// Waits for all that are not away.
    void awaitConnected() {
        Patience.await("all clients are connected")
                .atMost(SETTLE_LIMIT)
                .until(
                        () -> clients.all().stream()
                                .filter(client -> !client.isConnected() && !client.isAway())
                                .map(client -> client.transcript().name())
                                .toList(),
                        List::isEmpty);
    }

    void allow(Gaps gaps) {
        checker.transcripts().forEach(transcript -> transcript.allow(gaps));
    }

    /// Something is broken now.
    void fault() {
        faults++;
    }

    /// Lets the load go on until so many more were acknowledged over REST.
    void flow(int count) {
        int goal = load.acknowledged() + count;
        Patience.await("the load flows").atMost(SETTLE_LIMIT).until(() -> load.acknowledged() >= goal);
    }

    /// Ends the load, waits until nobody waits for an event any more, prints the line, and judges.
    Verdict finish() {
        return finish(transcript -> true);
    }

    /// The same, judging some clients only.
    Verdict finish(Predicate<Transcript> judged) {
        load.finish();
        return settle(judged);
    }

    /// Waits until nobody waits for an event any more, prints the line, and judges.
    Verdict settle(Predicate<Transcript> judged) {
        try {
            Patience.await("all events arrive")
                    .atMost(SETTLE_LIMIT)
                    .pollInterval(Duration.ofMillis(300))
                    .until(() -> checker.verify(judged).lost() == 0);
        } catch (org.awaitility.core.ConditionTimeoutException incomplete) {
            // The verdict below says what is missing, and where.
            checker.violation("not all events arrived within " + SETTLE_LIMIT);
        }
        Verdict verdict = checker.verify(judged);
        System.out.printf(
                "FAULTS %s: %s browser=%d faults=%d violations=%d seed=%d seconds=%.1f%n",
                name,
                verdict.summary(),
                page == null ? 0 : page.transcript().events(),
                faults,
                verdict.violations().size(),
                seed,
                (System.nanoTime() - began) / 1e9);
        verdict.assertClean();
        return verdict;
    }

    /// Looks through the log that there is now, for events that are not in it: they went with another primary.
    /// Those that nobody acknowledged there are owed to nobody, whoever saw them; publishers here wait for a
    /// replica before they acknowledge. One that had no answer may have repeated its request, which the other
    /// primary did not know: then it stands at another place.
    void excuseWhatIsGone() {
        Gone gone = gone();
        gone.lost().stream()
                .filter(publication -> !publication.isAcknowledged())
                .forEach(Publication::excuse);
        gone.repeated().stream()
                .filter(publication -> !publication.isAcknowledgedAt(placeOf(publication)))
                .forEach(Publication::repeated);
    }

    /// The same where a server may lose what it acknowledged, if it was appended since then.
    ///
    /// @return how many entries are gone
    int excuseWhatIsGone(Instant since) {
        Gone gone = gone();
        Predicate<Publication> late = publication -> placeOf(publication).ms() >= since.toEpochMilli();
        gone.lost().stream().filter(late).forEach(Publication::excuse);
        gone.repeated().stream().filter(late).forEach(Publication::repeated);
        return gone.lost().size() + gone.repeated().size();
    }

    /// What is not where it was seen.
    ///
    /// @param lost what is nowhere
    /// @param repeated what stands at another place: its publisher appended it again
    private record Gone(List<Publication> lost, List<Publication> repeated) {}

    private Gone gone() {
        Map<Integer, Set<StreamId>> present = new HashMap<>();
        for (Log.Stored entry : deployment.log().entries()) {
            if (entry.field("channel").contains(":" + prefix(name) + "-")) {
                present.computeIfAbsent(entry.payload().path("n").asInt(-1), n -> new HashSet<>())
                        .add(StreamId.require(entry.id()));
            }
        }
        List<Publication> lost = new ArrayList<>();
        List<Publication> repeated = new ArrayList<>();
        for (Publication publication : checker.publications()) {
            Set<StreamId> places = present.getOrDefault(publication.number(), Set.of());
            if (publication.place() == null || places.contains(publication.place())) {
                continue;
            }
            (places.isEmpty() ? lost : repeated).add(publication);
        }
        System.out.printf(
                "FAULTS %s: %d events went with the server, %d of them acknowledged; %d more were repeated%n",
                name,
                lost.size(),
                lost.stream().filter(Publication::isAcknowledged).count(),
                repeated.size());
        return new Gone(lost, repeated);
    }

    private static StreamId placeOf(Publication publication) {
        return Objects.requireNonNull(publication.place());
    }

    private static String prefix(String name) {
        return name.replaceAll("[^a-z0-9]+", "-");
    }

    /// Of the delays with which these clients' last events came, ms: those below which so large a part of them is.
    ///
    /// @param lastEvents of each client
    /// @param parts from 0 to 1
    static double[] delaysMillis(List<? extends Client> of, int lastEvents, double... parts) {
        int[] delays = of.stream()
                .flatMapToInt(client -> Arrays.stream(client.transcript().lastDelays(lastEvents)))
                .sorted()
                .toArray();
        return Arrays.stream(parts)
                .map(part -> delays.length == 0 ? Double.NaN : delays[(int) (delays.length * part)] / 1_000.0)
                .toArray();
    }

    @Override
    public void close() {
        if (page != null) {
            page.close();
        }
        clients.close();
        load.close();
    }

    List<String> someChannels() {
        return random.ints(0, channels.size())
                .distinct()
                .limit(Math.min(CHANNELS_PER_CLIENT, channels.size()))
                .mapToObj(channels::get)
                .toList();
    }

    private String user() {
        return prefix(name) + "-" + clients.all().size();
    }

    /// Not remembered as a secret: the logs are searched for some, not for thousands.
    private String token(String user) {
        return deployment.user(user).channels("room:*").sign();
    }

    private CompletableFuture<String> ticket(Rest user) {
        return user.postAsync(deployment.url("/api/ws/ticket"), "{}").thenApply(answer -> {
            if (answer.status() != 200) {
                throw new IllegalStateException("no ticket: " + answer.status());
            }
            return answer.json().path("ticket").textValue();
        });
    }
}
