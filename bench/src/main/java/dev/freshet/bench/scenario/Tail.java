package dev.freshet.bench.scenario;

import dev.freshet.bench.load.Audience;
import dev.freshet.bench.load.Ledger;
import dev.freshet.bench.load.RedisPublisher;
import dev.freshet.bench.load.Wire;
import dev.freshet.bench.report.Figure;
import dev.freshet.bench.report.Samples;
import dev.freshet.bench.report.Target;
import dev.freshet.bench.server.Freshet;
import dev.freshet.bench.server.ProcessTime;
import dev.freshet.bench.server.Replica;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// How fast a pod without subscribers reads the log. It is stopped (SIGSTOP) while events are appended, goes on
/// (SIGCONT), and reads until its own count of entries says that it has all. No events-service runs, so nothing
/// is trimmed meanwhile.
final class Tail implements Scenario {

    private static final Figure PER_CORE = Figure.more("events read per second of CPU", "/s");
    private static final Figure PER_SECOND = Figure.more("events read per second", "/s");
    private static final String READ = "freshet_events_read_total";
    private static final int EVENTS = 400_000;
    private static final int WARM_UP = 1_000_000;
    private static final long GLANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(120);
    private static final Audience NOBODY = Audience.crowd(Wire.SSE, 1);

    @Override
    public String name() {
        return "tail";
    }

    @Override
    public String description() {
        return "a pod without subscribers catches up with 400,000 events";
    }

    @Override
    public void run(Bench bench, Samples samples) throws IOException {
        samples.target(Target.value(PER_CORE, 400_000));
        samples.note("the pod is stopped while events are appended; no events-service runs");
        for (int round = 0; round < bench.options().rounds(); round++) {
            // A new log for each, or Redis would be full after a few.
            try (Freshet freshet = Freshet.start(bench.place(), new Freshet.Plan(1, 0, Map.of()))) {
                catchUp(freshet, bench.options().amount(WARM_UP));
                Reading reading = catchUp(freshet, bench.options().amount(EVENTS));
                bench.say(
                        "round %d  %,.0f events/s of a core, %,.0f events/s",
                        round, reading.perCore(), reading.perSecond());
                samples.add(PER_CORE, freshet.name(), round, reading.perCore());
                samples.add(PER_SECOND, freshet.name(), round, reading.perSecond());
            }
        }
    }

    private record Reading(int events, double cpu, double seconds) {

        double perCore() {
            return events / cpu;
        }

        double perSecond() {
            return events / seconds;
        }
    }

    private static Reading catchUp(Freshet freshet, int events) throws IOException {
        Replica pod = freshet.pods().getFirst();
        double before = pod.metric(READ);
        pod.child().send("STOP");
        try (RedisPublisher publisher = freshet.appender(NOBODY, new Ledger(), false)) {
            for (long number = 1; number <= events; number++) {
                publisher.publish(0, number);
            }
            publisher.flush();
            await(() -> publisher.answered() == events, "Redis to take all events");
        }
        double cpu = ProcessTime.seconds(freshet.pids());
        long began = System.nanoTime();
        pod.child().send("CONT");
        long end = began + LIMIT_NANOS;
        while (true) {
            Rest rest = awaitRest(freshet, end);
            if (pod.metric(READ) >= before + events) {
                return new Reading(events, rest.cpu() - cpu, (rest.since() - began) / 1e9);
            }
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("waited in vain for the pod to read all events");
            }
        }
    }

    /// @param cpu seconds that it had used by then
    /// @param since when it began, as `System.nanoTime()`
    private record Rest(double cpu, long since) {}

    /// Waits until the pod has nothing to do, or `end`. Its processor time says so at no cost to it, which to ask
    /// for its metrics all the while would have.
    private static Rest awaitRest(Freshet freshet, long end) {
        Rest rest = new Rest(ProcessTime.seconds(freshet.pids()), System.nanoTime());
        while (System.nanoTime() - rest.since() < REST_NANOS && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(GLANCE_NANOS);
            double cpu = ProcessTime.seconds(freshet.pids());
            if (cpu > rest.cpu()) {
                rest = new Rest(cpu, System.nanoTime());
            }
        }
        return rest;
    }

    private static void await(BooleanSupplier condition, String what) {
        long end = System.nanoTime() + LIMIT_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("waited in vain for " + what);
            }
            LockSupport.parkNanos(GLANCE_NANOS);
        }
    }
}
