package dev.freshet.bench;

import dev.freshet.bench.report.Line;
import dev.freshet.bench.report.Machine;
import dev.freshet.bench.report.Samples;
import dev.freshet.bench.report.Table;
import dev.freshet.bench.scenario.Bench;
import dev.freshet.bench.scenario.Scenario;
import dev.freshet.bench.scenario.Scenarios;
import dev.freshet.bench.server.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Measures what the command line asks for and writes the report. `./dev bench` calls it with the repository and
/// the limit program in front of what was typed.
public final class Main {

    /// Whatever hangs, it does not hang for ever, and what was started ends with it.
    private static final Duration LONGEST = Duration.ofHours(3);

    private Main() {}

    public static void main(String... arguments) throws IOException {
        Path root = Path.of(arguments[0]);
        Path limit = Path.of(arguments[1]);
        List<String> typed = List.of(arguments).subList(2, arguments.length);
        Options options;
        List<Scenario> scenarios;
        try {
            options = Options.parse(typed.toArray(String[]::new));
            scenarios = Scenarios.named(options.scenarios());
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        Thread.ofPlatform().daemon().name("limit of time").start(Main::endInTime);
        Path logs = root.resolve("bench/target/bench/" + LocalDateTime.now().format(stamp("yyyyMMdd-HHmmss")));
        Workplace place =
                new Workplace(root, logs, limit, options.javaOptions(), options.nativeImages(), new Workplace.Signer());
        Map<String, String> facts = Machine.describe(root);
        List<Line> lines = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        Path results = Files.createDirectories(root.resolve("bench/results"));
        Path file =
                results.resolve(LocalDateTime.now().format(stamp("yyyy-MM-dd-HHmm")) + "-" + Machine.name() + ".md");
        boolean failed = false;
        for (Scenario scenario : scenarios) {
            System.err.println(scenario.name() + ": " + scenario.description());
            Samples samples = new Samples(scenario.name());
            try {
                scenario.run(new Bench(options, place.in(scenario.name())), samples);
            } catch (RuntimeException | IOException e) {
                // The others are worth having even so.
                failed = true;
                samples.note("did not come to its end: " + e.getMessage());
                System.err.println("  " + e);
            }
            lines.addAll(samples.lines());
            samples.notes().forEach(note -> notes.add(scenario.name() + ": " + note));
            // Each time, for a run takes long, and who interrupts it wants to keep what is there.
            Files.writeString(file, report(typed, facts, lines, notes));
        }
        System.out.println(Table.of(lines));
        notes.forEach(System.out::println);
        System.err.println("Written to " + root.relativize(file) + "; logs are in " + root.relativize(logs) + ".");
        List<Line> behind = lines.stream().filter(line -> !line.isNearlyMet()).toList();
        if (options.check() && !behind.isEmpty()) {
            System.err.println("Far behind their targets:\n" + Table.of(behind));
            failed = true;
        }
        System.exit(failed ? 1 : 0);
    }

    private static String report(List<String> typed, Map<String, String> facts, List<Line> lines, List<String> notes) {
        StringBuilder text = new StringBuilder("# Benchmark, ")
                .append(LocalDateTime.now().format(stamp("yyyy-MM-dd HH:mm")))
                .append("\n\n`./dev bench")
                .append(typed.isEmpty() ? "" : " " + String.join(" ", typed))
                .append("`\n\n| | |\n|---|---|\n");
        facts.forEach((name, fact) ->
                text.append("| ").append(name).append(" | ").append(fact).append(" |\n"));
        text.append("\n[README.md](../README.md) says what the figures mean.\n\n")
                .append(Table.of(lines));
        if (!notes.isEmpty()) {
            text.append('\n');
            notes.forEach(note -> text.append("- ").append(note).append('\n'));
        }
        return text.toString();
    }

    private static DateTimeFormatter stamp(String pattern) {
        return DateTimeFormatter.ofPattern(pattern);
    }

    private static void endInTime() {
        try {
            TimeUnit.MILLISECONDS.sleep(LONGEST.toMillis());
        } catch (InterruptedException e) {
            return;
        }
        System.err.println("Stopped after " + LONGEST.toHours() + " hours.");
        System.exit(1);
    }
}
