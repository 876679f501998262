package dev.freshet.bench.scenario;

import dev.freshet.bench.load.Wire;
import java.util.List;

/// All there are, in the order in which they run.
public final class Scenarios {

    private Scenarios() {}

    public static List<Scenario> all() {
        return List.of(
                FixedRate.fanOutSse(),
                FixedRate.fanOutWebSocket(),
                new Saturated(Wire.SSE),
                new Saturated(Wire.WEBSOCKET),
                new Burst(Wire.SSE),
                new Burst(Wire.WEBSOCKET),
                FixedRate.channels(),
                FixedRate.rooms(),
                new Idle(Wire.SSE),
                new Idle(Wire.WEBSOCKET),
                new Latency(),
                new Publish(),
                new ResumeStorm(),
                new Churn(),
                new Tail(),
                new Start(),
                new Growth(),
                new Pods());
    }

    /// @param names none: all
    /// @throws IllegalArgumentException with a sentence, if there is none of a name
    public static List<Scenario> named(List<String> names) {
        if (names.isEmpty()) {
            return all();
        }
        return names.stream()
                .map(name -> all().stream()
                        .filter(scenario -> scenario.name().equals(name))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("There is no scenario \"%s\": there are %s."
                                .formatted(
                                        name,
                                        String.join(
                                                ", ",
                                                all().stream()
                                                        .map(Scenario::name)
                                                        .toList())))))
                .toList();
    }
}
