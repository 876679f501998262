package dev.freshet.bench.scenario;

import dev.freshet.bench.load.Audience;
import dev.freshet.bench.load.Wire;
import dev.freshet.bench.report.Figure;
import dev.freshet.bench.report.Samples;
import dev.freshet.bench.report.Target;
import dev.freshet.bench.server.Freshet;
import dev.freshet.bench.server.ProcessTime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// Connections on which nothing happens but heartbeats: 10,000 for the processor, 5,000 more for the memory.
///
/// Memory is compared after a full collection, before and with the connections: what a JVM has not yet cleaned up
/// belongs to no connection. The figure without the last collection is shown too.
record Idle(Wire wire) implements Scenario {

    private static final Figure CPU = Figure.less("CPU while idle", "% of a core");
    private static final Figure EMPTY_CPU = Figure.less("CPU of the empty server", "% of a core");
    private static final Figure SETTLED = Figure.less("RSS per connection", "KiB");
    private static final Figure BEFORE = Figure.less("RSS per connection, before a collection", "KiB");
    private static final Figure EMPTY = Figure.less("RSS of the empty server", "MiB");
    private static final int CLIENTS = 15_000;
    private static final int WARM_UP = 10;

    /// Two heartbeats of all.
    private static final int SECONDS = 60;

    private static final Duration SETTLE = Duration.ofSeconds(3);

    /// Until the JVM has compiled what starting and many handshakes made hot, which has nothing to do with being idle.
    private static final Duration COMPILED = Duration.ofSeconds(90);

    @Override
    public String name() {
        return wire == Wire.SSE ? "idle-sse" : "idle-ws";
    }

    @Override
    public String description() {
        return "10,000 idle connections: CPU; 15,000: memory";
    }

    @Override
    public void run(Bench bench, Samples samples) throws IOException {
        int all = bench.options().connections(CLIENTS);
        int first = Math.max(1, all * 2 / 3);
        int rest = Math.max(1, all - first);
        Duration span = bench.options().span(SECONDS);
        samples.target(Target.value(CPU, 2));
        samples.target(Target.value(SETTLED, wire == Wire.SSE ? 8 : 12));
        samples.note(
                "CPU with %,d connections over %d s, memory with %,d".formatted(first, span.toSeconds(), first + rest));
        for (int round = 0; round < bench.options().rounds(); round++) {
            try (Freshet freshet = Freshet.start(bench.place(), Freshet.Plan.usual())) {
                // So that code and tables are there.
                try (Trial warm = open(bench, freshet, Math.max(1, all / WARM_UP))) {
                    warm.atRate(20, Duration.ofSeconds(2));
                }
                settle(bench, freshet);
                long empty = ProcessTime.residentBytes(freshet.pids());
                double alone = percentOfCore(freshet, span.dividedBy(2));
                try (Trial many = open(bench, freshet, first)) {
                    LockSupport.parkNanos(COMPILED.toNanos());
                    double used = percentOfCore(freshet, span);
                    try (Trial more = open(bench, freshet, rest)) {
                        double connections = many.fleet().size() + more.fleet().size();
                        LockSupport.parkNanos(SETTLE.toNanos());
                        long before = ProcessTime.residentBytes(freshet.pids());
                        settle(bench, freshet);
                        long settled = ProcessTime.residentBytes(freshet.pids());
                        many.awaitAll();
                        more.awaitAll();
                        bench.say(
                                "round %d  %.2f %% of a core (%.2f empty), %.1f KiB per connection, %.1f before a collection",
                                round,
                                used,
                                alone,
                                (settled - empty) / 1024 / connections,
                                (before - empty) / 1024 / connections);
                        samples.add(CPU, freshet.name(), round, used);
                        samples.add(EMPTY_CPU, freshet.name(), round, alone);
                        samples.add(SETTLED, freshet.name(), round, (settled - empty) / 1024 / connections);
                        samples.add(BEFORE, freshet.name(), round, (before - empty) / 1024 / connections);
                        samples.add(EMPTY, freshet.name(), round, empty / 1024.0 / 1024);
                    }
                }
            }
        }
    }

    private static double percentOfCore(Freshet freshet, Duration span) throws IOException {
        double before = ProcessTime.seconds(freshet.pids());
        LockSupport.parkNanos(span.toNanos());
        return 100 * (ProcessTime.seconds(freshet.pids()) - before) / (span.toNanos() / 1e9);
    }

    private Trial open(Bench bench, Freshet freshet, int clients) throws IOException {
        return Trial.open(bench, freshet, Audience.crowd(wire, clients));
    }

    /// Lets a JVM clean up and give back what it can; a native image stays as it is.
    private static void settle(Bench bench, Freshet freshet) throws IOException {
        if (!bench.options().nativeImages()) {
            String jcmd =
                    Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
            for (long pid : freshet.pids()) {
                Process process = new ProcessBuilder(List.of(jcmd, Long.toString(pid), "GC.run"))
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
                process.onExit().join();
            }
        }
        LockSupport.parkNanos(SETTLE.toNanos());
    }
}
