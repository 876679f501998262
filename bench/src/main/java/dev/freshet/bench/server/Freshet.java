package dev.freshet.bench.server;

import dev.freshet.bench.load.Audience;
import dev.freshet.bench.load.Event;
import dev.freshet.bench.load.Handshake;
import dev.freshet.bench.load.HttpPublisher;
import dev.freshet.bench.load.Ledger;
import dev.freshet.bench.load.Publisher;
import dev.freshet.bench.load.RedisPublisher;
import dev.freshet.contract.log.Keys;
import dev.freshet.contract.log.LogState;
import dev.freshet.testkit.RedisServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Freshet, packaged: a Redis with the shipped configuration, push-service, and events-service where it is needed
/// (it indexes, as in production, while push-service is measured).
public final class Freshet implements Contender {

    static final String PUSH = "push-service";
    static final String EVENTS = "events-service";

    /// The JVM writes its cache when it ends, in a process of its own.
    private static final Duration AOT_LIMIT = Duration.ofMinutes(2);

    private final Workplace place;
    private final RedisServer redis;
    private final List<Replica> pods = new ArrayList<>();
    private final List<Replica> writers = new ArrayList<>();

    private Freshet(Workplace place, RedisServer redis) {
        this.place = place;
        this.redis = redis;
    }

    /// What to start.
    ///
    /// @param pods of push-service
    /// @param writers of events-service
    /// @param settings of events-service, names of properties and values
    public record Plan(int pods, int writers, Map<String, String> settings) {

        public static Plan usual() {
            return new Plan(1, 1, Map.of());
        }
    }

    public static Freshet start(Workplace place, Plan plan) throws IOException {
        Freshet freshet = new Freshet(place, RedisServer.start(redisOptions(place)));
        try {
            for (int i = 0; i < plan.writers(); i++) {
                freshet.writers.add(Replica.start(place, EVENTS, "events-" + i, freshet.settings(plan.settings())));
            }
            for (int i = 0; i < plan.pods(); i++) {
                freshet.pods.add(Replica.start(place, PUSH, "push-" + i, freshet.settings(Map.of())));
            }
            freshet.writers.forEach(Replica::awaitReady);
            freshet.pods.forEach(Replica::awaitReady);
            return freshet;
        } catch (RuntimeException | Error e) {
            freshet.close();
            throw e;
        }
    }

    /// Starts push-service anew and waits until it is ready.
    ///
    /// @param javaOptions besides those of the workplace
    /// @return how long that took, s, without the end of the one before
    public double restartPush(List<String> javaOptions) {
        endPods();
        long began = System.nanoTime();
        startPush(javaOptions, Map.of()).awaitReady();
        return (System.nanoTime() - began) / 1e9;
    }

    /// Has push-service start and end once, and its JVM write down what that took.
    ///
    /// @param cache the file for it
    public void writeAotCache(Path cache) {
        Map<String, String> atOnce = Map.of("freshet.push.drain.accept", "0S", "freshet.push.drain.window", "0S");
        Replica pod = startPush(List.of("-XX:AOTCacheOutput=" + cache), atOnce);
        pod.awaitReady();
        pod.child().send("TERM");
        try {
            pod.child().awaitExit(AOT_LIMIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Replica startPush(List<String> javaOptions, Map<String, String> settings) {
        endPods();
        Replica pod = Replica.start(place.with(javaOptions), PUSH, "push-again", settings(settings));
        pods.add(pod);
        return pod;
    }

    private void endPods() {
        pods.forEach(Replica::close);
        pods.clear();
    }

    @Override
    public String name() {
        return place.nativeImages() ? "Freshet (native)" : "Freshet";
    }

    @Override
    public List<Long> pids() {
        return pods.stream().map(pod -> pod.child().pid()).toList();
    }

    @Override
    public Map<String, Long> helpers() {
        Map<String, Long> helpers = new TreeMap<>();
        helpers.put("Redis", pidOf(redis));
        for (int i = 0; i < writers.size(); i++) {
            helpers.put(EVENTS + (i == 0 ? "" : " " + i), writers.get(i).child().pid());
        }
        return helpers;
    }

    @Override
    public InetSocketAddress address(int client) {
        return new InetSocketAddress("127.0.0.1", pods.get(client % pods.size()).port());
    }

    @Override
    public Handshake handshake(Audience audience, int client) {
        String channel = channel(audience, audience.channelOf(client));
        String authorization = authorization(client);
        return switch (audience.wire()) {
            case SSE -> Handshake.sse(path(audience, client), authorization, Handshake.Step.await("event: init"));
            case WEBSOCKET ->
                switch (audience.shape()) {
                    case OWN -> Handshake.webSocket("/ws", authorization, Handshake.Step.await("\"connected\""));
                    case TOPICS ->
                        Handshake.webSocket(
                                "/ws",
                                authorization,
                                Handshake.Step.await("\"connected\"")
                                        .replyText("{\"type\":\"subscribe\",\"payload\":{\"channel\":\"" + channel
                                                + "\"}}"),
                                Handshake.Step.await("\"subscribed\""));
                    case ROOMS ->
                        Handshake.webSocket(
                                "/ws",
                                authorization,
                                Handshake.Step.await("\"connected\"")
                                        .replyText("{\"type\":\"join-room\",\"payload\":\""
                                                + channel.substring("room:".length()) + "\"}"),
                                Handshake.Step.await("\"joined-room\""));
                };
        };
    }

    /// The same of a client that comes back and has to be resumed.
    public Handshake resumption(Audience audience, int client, String cursor) {
        return Handshake.sse(
                path(audience, client),
                authorization(client) + "Last-Event-ID: " + cursor + "\r\n",
                Handshake.Step.await("event: init"),
                Handshake.Step.await("\"resumed\":true}"));
    }

    private String authorization(int client) {
        return "Authorization: Bearer " + place.signer().client(client) + "\r\n";
    }

    private static String path(Audience audience, int client) {
        String name = channel(audience, audience.channelOf(client)).replaceFirst("^[a-z]+:", "");
        return switch (audience.shape()) {
            case OWN -> "/api/events/me";
            case TOPICS -> "/api/broadcasts/" + name + "/events";
            case ROOMS -> "/api/rooms/" + name + "/events";
        };
    }

    /// By plain `XADD`, as any producer may.
    @Override
    public Publisher publisher(Audience audience, Ledger ledger) throws IOException {
        return appender(audience, ledger, false);
    }

    /// @param remembering whether [RedisPublisher#answer] is asked
    public RedisPublisher appender(Audience audience, Ledger ledger, boolean remembering) throws IOException {
        return RedisPublisher.connect(
                redis.port(),
                ledger,
                number -> new String[] {
                    "XADD",
                    Keys.events(0),
                    "*",
                    "channel",
                    channel(audience, number),
                    "type",
                    Frames.TYPE,
                    "payload",
                    Event.payload()
                },
                remembering);
    }

    /// Over REST, by a backend service.
    public Publisher rest(Audience audience, Ledger ledger) throws IOException {
        String headers = "Authorization: Bearer " + backendToken() + "\r\nContent-Type: application/json\r\n";
        return HttpPublisher.connect(
                new InetSocketAddress("127.0.0.1", writers.getFirst().port()),
                ledger,
                number -> new HttpPublisher.Request(
                        "/api/events",
                        headers,
                        "{\"channel\":\"" + channel(audience, number) + "\",\"type\":\"" + Frames.TYPE
                                + "\",\"payload\":" + Event.payload() + "}"));
    }

    /// With it and `~` before it, an entry's id is a cursor.
    public String epoch() {
        return redis.cli("HGET", Keys.state(0), LogState.EPOCH);
    }

    /// The name of a channel.
    static String channel(Audience audience, int number) {
        return switch (audience.shape()) {
            case TOPICS -> "broadcast:bench-" + number;
            case OWN -> "user:u" + number;
            case ROOMS -> "room:bench-" + number;
        };
    }

    public RedisServer redis() {
        return redis;
    }

    public List<Replica> pods() {
        return pods;
    }

    public List<Replica> writers() {
        return writers;
    }

    /// `Authorization` of a backend service.
    public String backendToken() {
        return place.signer().backend();
    }

    @Override
    public void close() {
        pods.forEach(Replica::close);
        writers.forEach(Replica::close);
        redis.close();
    }

    static long pidOf(RedisServer redis) {
        return redis.cli("INFO", "server")
                .lines()
                .filter(line -> line.startsWith("process_id:"))
                .mapToLong(line ->
                        Long.parseLong(line.substring("process_id:".length()).strip()))
                .findFirst()
                .orElseThrow();
    }

    private Map<String, String> settings(Map<String, String> more) {
        Map<String, String> settings = new TreeMap<>(more);
        settings.put("quarkus.redis.hosts", redis.url());
        return settings;
    }

    /// The shipped file as options, for they come behind those that the test kit gives, and win.
    private static String[] redisOptions(Workplace place) throws IOException {
        List<String> options = new ArrayList<>();
        for (String line : Files.readAllLines(place.redisConfiguration())) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] words = line.strip().split(" +");
            options.add("--" + words[0]);
            for (int i = 1; i < words.length; i++) {
                options.add(words[i].equals("\"\"") ? "" : words[i]);
            }
        }
        return options.toArray(String[]::new);
    }
}
