package dev.freshet.push.model;

import dev.freshet.push.model.Scenario.Step;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.AfterFailureMode;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import org.jspecify.annotations.Nullable;

/// The procedure of `delivery.md` as a whole: nothing is lost silently, and nobody is frightened without need.
///
/// A scenario is its seed. What fails is shortened and printed, and happens again with `-Dfreshet.model.seed=`; a
/// longer
/// search is `-Dfreshet.model.scenarios=20`, that many per try.
class DeliveryModelTest {

    private static final int SCENARIOS = Integer.getInteger("freshet.model.scenarios", 1);
    private static final @Nullable Long SEED = Long.getLong("freshet.model.seed");

    private static final AtomicLong RUNS = new AtomicLong();
    private static final AtomicLong RESUMES = new AtomicLong();
    private static final AtomicLong GAPS = new AtomicLong();

    private final Explorer explorer = new Explorer(Rules.all());

    @Property(
            tries = 24_000,
            shrinking = ShrinkingMode.OFF,
            edgeCases = EdgeCasesMode.NONE,
            afterFailure = AfterFailureMode.RANDOM_SEED)
    void amongDisastersNothingIsLostSilently(@ForAll("seeds") long seed) {
        explore(seed, false);
    }

    @Property(
            tries = 8_000,
            shrinking = ShrinkingMode.OFF,
            edgeCases = EdgeCasesMode.NONE,
            afterFailure = AfterFailureMode.RANDOM_SEED)
    void whereNothingBreaksNoGapIsFalse(@ForAll("seeds") long seed) {
        explore(seed, true);
    }

    /// Found once in half a million scenarios: a hole was counted too low to tell the log from the next one.
    @Example
    void aLogThatIsDeletedAfterAHoleIsAnother() {
        List<Step> steps = List.of(
                new Step(Act.PUBLISH, 1, 2),
                new Step(Act.PUBLISH, 3, 2),
                new Step(Act.CLIENT_OPENS, 4, 0),
                new Step(Act.CLIENT_CLOSES, 4, 0),
                new Step(Act.STRANGER_DELETES_FROM_LOG, 1, 0),
                new Step(Act.STRANGER_DELETES_LOG, 1, 0),
                new Step(Act.PUBLISH, 3, 2),
                new Step(Act.POD_RESTARTS, 0, 2));
        explorer.mustHold(new Scenario(0, false, steps));
    }

    /// Evenly spread, which jqwik's own numbers are not: each scenario is another one.
    @Provide
    Arbitrary<Long> seeds() {
        return Arbitraries.randomValue(Random::nextLong);
    }

    @AfterContainer
    static void say() {
        System.out.printf(
                "Delivery model: %d scenarios held, with %d resumes and %d gaps.%n",
                RUNS.get(), RESUMES.get(), GAPS.get());
    }

    private void explore(long seed, boolean healthy) {
        for (int i = 0; i < SCENARIOS; i++) {
            Witness witness = explorer.mustHold(Scenario.of(SEED == null ? seed + i : SEED, healthy));
            RUNS.incrementAndGet();
            RESUMES.addAndGet(witness.resumes);
            GAPS.addAndGet(witness.gaps);
        }
    }
}
