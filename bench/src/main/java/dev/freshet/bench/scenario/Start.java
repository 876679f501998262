package dev.freshet.bench.scenario;

import dev.freshet.bench.report.Figure;
import dev.freshet.bench.report.Samples;
import dev.freshet.bench.report.Target;
import dev.freshet.bench.server.Freshet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// From the start of push-service's process to its readiness, with Redis and the log there.
final class Start implements Scenario {

    private static final Figure READY = Figure.less("start of push-service to ready", "s");
    private static final Figure PLAIN = Figure.less("the same without an AOT cache", "s");
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
        boolean isNative = bench.options().nativeImages();
        samples.target(Target.value(READY, isNative ? 0.1 : 1));
        try (Freshet freshet = Freshet.start(bench.place(), Freshet.Plan.usual())) {
            if (isNative) {
                measure(bench, samples, freshet, READY, List.of());
                return;
            }
            measure(bench, samples, freshet, PLAIN, List.of());
            Path cache = bench.place().folder().resolve("push.aot");
            freshet.writeAotCache(cache);
            measure(bench, samples, freshet, READY, List.of("-XX:AOTCache=" + cache));
        }
    }

    private static void measure(
            Bench bench, Samples samples, Freshet freshet, Figure figure, List<String> javaOptions) {
        for (int i = 0; i < STARTS; i++) {
            double seconds = freshet.restartPush(javaOptions);
            bench.say("start %d  %.2f s%s", i, seconds, figure == READY ? "" : " without an AOT cache");
            samples.add(figure, freshet.name(), i, seconds);
        }
    }
}
