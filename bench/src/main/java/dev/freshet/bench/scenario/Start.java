package dev.freshet.bench.scenario;

import dev.freshet.bench.report.Figure;
import dev.freshet.bench.report.Samples;
import dev.freshet.bench.report.Target;
import dev.freshet.bench.server.Freshet;
import java.io.IOException;

/// From the start of push-service's process to its readiness, with Redis and the log there.
final class Start implements Scenario {

    private static final Figure READY = Figure.less("start of push-service to ready", "s");
    private static final int STARTS = 5;

    @Override
    public String name() {
        return "start";
    }

    @Override
    public String description() {
        return "push-service starts again and again";
    }

    @Override
    public void run(Bench bench, Samples samples) throws IOException {
        samples.target(Target.value(READY, bench.options().nativeImages() ? 0.1 : 1));
        if (bench.options().javaOptions().isEmpty() && !bench.options().nativeImages()) {
            samples.note("without an AOT cache; the target is for one with an AOT cache (--java-options)");
        }
        try (Freshet freshet = Freshet.start(bench.place(), Freshet.Plan.usual())) {
            for (int i = 0; i < STARTS; i++) {
                double seconds = freshet.restartPush();
                bench.say("start %d  %.2f s", i, seconds);
                samples.add(READY, freshet.name(), i, seconds);
            }
        }
    }
}
