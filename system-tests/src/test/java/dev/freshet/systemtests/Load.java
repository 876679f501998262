package dev.freshet.systemtests;

import dev.freshet.systemtests.checker.Checker;
import dev.freshet.systemtests.checker.Publication;
import dev.freshet.systemtests.client.Frames;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Publishers with a rate of their own: they send when it is time, whether or not the last answer came (an open loop).
///
/// A third goes through the proxy, a third to events-service, a third is `XADD`. REST requests are repeated under their
/// idempotency key until they are answered. Safe for any thread.
final class Load implements AutoCloseable {

    private static final int TICK_MS = 5;
    private static final int MIN_PAUSE_MS = 100;
    private static final int MAX_PAUSE_MS = 2_000;
    private static final int WARM_PER_SECOND = 10;
    private static final int WARM = 20;
    private static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(90);
    private static final double EPHEMERAL = 0.1;
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(100);
    private static final Duration WARM_LIMIT = Duration.ofSeconds(60);

    private final Checker checker;
    private final Rest publisher;
    private final IntFunction<String> urls;
    private final RawProducer raw;
    private final List<String> channels;
    private final Random random;
    private final int padding;
    private final String run = UUID.randomUUID().toString().substring(0, 8);
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "load");
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicLong refusals = new AtomicLong();
    private final AtomicInteger streaming = new AtomicInteger();
    private volatile double streamPerTick;
    private volatile double perTick;
    private double streamDue;
    private int turn;
    private double due;

    /// @param urls of `/api/events`, at the proxy or at replicas: asked before each attempt, with a number from 0 that
    /// is
    ///     the request's own
    /// @param padding characters that make each payload longer
    Load(
            Checker checker,
            Rest publisher,
            IntFunction<String> urls,
            RawProducer raw,
            List<String> channels,
            long seed,
            int padding) {
        this.checker = checker;
        this.publisher = publisher;
        this.urls = urls;
        this.raw = raw;
        this.channels = channels;
        this.random = new Random(seed);
        this.padding = padding;
        clock.scheduleAtFixedRate(this::tick, 0, TICK_MS, TimeUnit.MILLISECONDS);
    }

    /// From now on, so many events per second; 0 pauses.
    void rate(int perSecond) {
        perTick = perSecond * TICK_MS / 1000.0;
    }

    /// The same, after a few events that services may take their time with: a JVM's first requests load its classes,
    /// and a queue that builds up meanwhile would be the only fault to be seen.
    void begin(int perSecond) {
        int goal = acknowledged() + WARM;
        rate(WARM_PER_SECOND);
        Patience.await("services are warm").atMost(WARM_LIMIT).until(() -> acknowledged() >= goal);
        rate(perSecond);
    }

    /// Publishes this many to one channel with `XADD`, at once.
    void burst(String channel, int count) {
        for (int i = 0; i < count; i++) {
            Publication publication = checker.attempt(channel, false);
            raw.add(publication, publication.payload(padding));
        }
    }

    /// Publishes this many with `XADD`, over all channels in turn, at a rate. [#isIdle] when all are there.
    void stream(int count, int perSecond) {
        streaming.addAndGet(count);
        streamPerTick = perSecond * TICK_MS / 1000.0;
    }

    /// REST requests that were acknowledged so far.
    int acknowledged() {
        return acknowledged.get();
    }

    /// Answers 503 and broken requests so far, all of which were repeated.
    long refusals() {
        return refusals.get();
    }

    /// Stops for now, and waits until every answer came.
    void pause() {
        rate(0);
        Patience.await("answers to all publishes").atMost(ANSWER_LIMIT).until(this::isIdle);
    }

    /// Stops, waits until every answer came, and gives each channel a last event: whoever has that one, has all.
    void finish() {
        rate(0);
        Patience.await("answers to all publishes")
                .atMost(Duration.ofSeconds(100))
                .until(this::isIdle);
        channels.forEach(channel -> rest(checker.attempt(channel, false)));
        Patience.await("answers to the last publishes").until(() -> acknowledgedLast() && isIdle());
    }

    @Override
    public void close() {
        clock.shutdownNow();
        raw.close();
    }

    private boolean acknowledgedLast() {
        List<Publication> all = checker.publications();
        return all.size() >= channels.size()
                && all.subList(all.size() - channels.size(), all.size()).stream()
                        .allMatch(Publication::isAcknowledged);
    }

    /// Whether no answer is waited for.
    boolean isIdle() {
        return inFlight.get() == 0 && streaming.get() == 0 && raw.unfinished() == 0;
    }

    private void tick() {
        try {
            publishWhatIsDue();
        } catch (RuntimeException failure) {
            checker.violation("the load stopped: " + failure);
            throw failure;
        }
    }

    private void publishWhatIsDue() {
        streamDue = streaming.get() == 0 ? 0 : streamDue + streamPerTick;
        while (streamDue >= 1 && streaming.get() > 0) {
            streamDue--;
            Publication publication = checker.attempt(channels.get(turn++ % channels.size()), false);
            raw.add(publication, publication.payload(padding));
            streaming.decrementAndGet();
        }
        due += perTick;
        if (perTick == 0) {
            due = 0;
        }
        while (due >= 1) {
            due--;
            Publication publication =
                    checker.attempt(channels.get(random.nextInt(channels.size())), random.nextDouble() < EPHEMERAL);
            if (random.nextInt(3) == 0) {
                raw.add(publication, publication.payload(padding));
            } else {
                rest(publication);
            }
        }
    }

    private void rest(Publication publication) {
        inFlight.incrementAndGet();
        send(
                publication,
                body(publication),
                random.nextInt(Integer.MAX_VALUE),
                System.nanoTime() + GIVE_UP_NANOS,
                MIN_PAUSE_MS);
    }

    private String body(Publication publication) {
        return "{\"channel\":\"%s\",\"type\":\"%s\",\"payload\":%s,\"ephemeral\":%s}"
                .formatted(publication.channel(), Frames.TYPE, publication.payload(padding), publication.ephemeral());
    }

    private void send(Publication publication, String body, int number, long deadline, int pauseMs) {
        CompletableFuture<Rest.Answer> answer =
                publisher.postAsync(urls.apply(number), body, "Idempotency-Key", run + "-" + publication.number());
        var unused = answer.whenComplete(
                (came, failure) -> answered(publication, body, number, deadline, pauseMs, came, failure));
    }

    private void answered(
            Publication publication,
            String body,
            int number,
            long deadline,
            int pauseMs,
            Rest.@Nullable Answer answer,
            @Nullable Throwable failure) {
        if (answer != null && failure == null && answer.status() == 202) {
            publication.acknowledged(answer.json().path("id").asText());
            acknowledged.incrementAndGet();
            inFlight.decrementAndGet();
        } else if (answer != null && answer.status() < 500) {
            checker.violation(publication + " was answered " + answer);
            inFlight.decrementAndGet();
        } else if (System.nanoTime() > deadline || clock.isShutdown()) {
            inFlight.decrementAndGet();
        } else {
            refusals.incrementAndGet();
            int next = Math.min(2 * pauseMs, MAX_PAUSE_MS);
            clock.schedule(() -> send(publication, body, number, deadline, next), pauseMs, TimeUnit.MILLISECONDS);
        }
    }
}
