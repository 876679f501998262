package dev.freshet.push.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/// What happens in one run, so that it can be repeated and shortened.
///
/// @param healthy nothing breaks, so no gap may be false
record Scenario(long seed, boolean healthy, List<Step> steps) {

    private static final int LENGTH = 220;

    /// @param a chooses who or what, modulo what there is
    /// @param b chooses how much
    record Step(Act act, int a, int b) {
        @Override
        public String toString() {
            return act + "(" + a + "," + b + ")";
        }
    }

    /// Half of the disasters at a time: what is rare with all is frequent with few.
    static Scenario of(long seed, boolean healthy) {
        Random random = new Random(seed);
        List<Act> acts = new ArrayList<>(Act.healthy());
        if (!healthy) {
            Act.disasters().stream().filter(act -> random.nextBoolean()).forEach(acts::add);
        }
        if (acts.contains(Act.STRANGER_DELETES_LOG)) {
            // With ids of the old log, or as many entries gone as it ever had, a new log cannot be told from it.
            acts.removeAll(List.of(Act.CLOCK_JUMPS, Act.STRANGER_TRIMS_LOG, Act.LOG_IS_TRIMMED_BY_CAP));
        }
        int total = acts.stream().mapToInt(act -> act.weight).sum();
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < LENGTH; i++) {
            int at = random.nextInt(total);
            int act = 0;
            while (at >= acts.get(act).weight) {
                at -= acts.get(act).weight;
                act++;
            }
            steps.add(new Step(acts.get(act), random.nextInt(1000), random.nextInt(1000)));
        }
        return new Scenario(seed, healthy, steps);
    }

    Scenario with(List<Step> fewer) {
        return new Scenario(seed, healthy, fewer);
    }

    @Override
    public String toString() {
        return (healthy ? "healthy" : "wild") + " scenario, seed " + seed + ", " + steps.size() + " steps:\n  "
                + steps.stream().map(Step::toString).collect(Collectors.joining("\n  "));
    }
}
