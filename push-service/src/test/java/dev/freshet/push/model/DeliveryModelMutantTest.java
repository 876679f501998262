package dev.freshet.push.model;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.GenerationMode;
import net.jqwik.api.Property;

/// Every rule is needed: without any one of them the model breaks a promise.
///
/// Seeds are fixed, so a mutant is caught at the same try each time. One that is no longer caught says that its
/// rule has become superfluous, or that the model no longer sees what the rule is for.
class DeliveryModelMutantTest {

    private static final int MOST_TRIES = 20_000;

    @Property(generation = GenerationMode.EXHAUSTIVE)
    void withoutAnyRuleAPromiseIsBroken(@ForAll Rule rule) {
        Explorer mutant = new Explorer(Rules.without(rule));
        for (int seed = 0; seed < MOST_TRIES; seed++) {
            Violation violation = mutant.violation(Scenario.of(seed, rule.isForHealthyWorld()));
            if (violation != null) {
                System.out.printf("without %-36s %-14s at try %d%n", rule, violation.kind, seed + 1);
                return;
            }
        }
        assertThat(rule).as("caught within %d tries", MOST_TRIES).isNull();
    }

    @Property(generation = GenerationMode.EXHAUSTIVE)
    void theWholeProcedureHoldsWhereMutantsFail(@ForAll boolean healthy) {
        Explorer whole = new Explorer(Rules.all());
        for (int seed = 0; seed < 200; seed++) {
            whole.mustHold(Scenario.of(seed, healthy));
        }
    }
}
