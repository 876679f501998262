package dev.freshet.bench.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/// What one scenario measured: a value for each figure, server and round.
public final class Samples {

    static final String LIMIT = "limit";

    private static final String OURS = "Freshet";

    private final String scenario;
    private final Map<Figure, Map<String, Map<Integer, Double>>> values = new LinkedHashMap<>();
    private final List<Target> targets = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    public Samples(String scenario) {
        this.scenario = scenario;
    }

    public void add(Figure figure, String server, int round, double value) {
        values.computeIfAbsent(figure, key -> new LinkedHashMap<>())
                .computeIfAbsent(server, key -> new LinkedHashMap<>())
                .put(round, value);
    }

    public void target(Target target) {
        targets.add(target);
    }

    /// Something that a reader of the table has to know.
    public void note(String text) {
        if (!notes.contains(text)) {
            notes.add(text);
        }
    }

    public List<String> notes() {
        return notes;
    }

    /// Lines of the table, figures in the order in which they were first added.
    public List<Line> lines() {
        List<Line> lines = new ArrayList<>();
        values.forEach((figure, servers) -> servers.keySet().forEach(server -> lines.add(line(figure, server))));
        return lines;
    }

    private Line line(Figure figure, String server) {
        List<Double> all = List.copyOf(of(figure, server).values());
        boolean compared = figure.compared() && !server.equals(LIMIT);
        return new Line(
                scenario,
                figure,
                server,
                median(all),
                Collections.min(all),
                Collections.max(all),
                compared ? ratio(figure, server, LIMIT) : OptionalDouble.empty(),
                targets.stream()
                        .filter(target -> target.figure().equals(figure) && server.startsWith(OURS))
                        .map(target -> judge(target, server, median(all)))
                        .toList());
    }

    private Target.Judged judge(Target target, String server, double median) {
        return new Target.Judged(
                target,
                target.yardstick().isEmpty()
                        ? OptionalDouble.of(median)
                        : ratio(target.figure(), server, target.yardstick()));
    }

    /// Round by round, and the median of that: what the machine does in one round, it does to both.
    private OptionalDouble ratio(Figure figure, String server, String yardstick) {
        Map<Integer, Double> others = of(figure, yardstick);
        List<Double> ratios = new ArrayList<>();
        of(figure, server).forEach((round, value) -> {
            Double other = others.get(round);
            if (other != null) {
                ratios.add(figure.ratio(value, other));
            }
        });
        return ratios.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(median(ratios));
    }

    private Map<Integer, Double> of(Figure figure, String server) {
        return values.getOrDefault(figure, Map.of()).getOrDefault(server, Map.of());
    }

    /// Of at least one value.
    public static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
