package dev.freshet.push.model;

import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.AfterFailureMode;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
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
