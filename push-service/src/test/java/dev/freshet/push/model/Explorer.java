package dev.freshet.push.model;

import dev.freshet.push.model.Scenario.Step;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tries scenarios, and makes one that fails as short as it can.
final class Explorer {

    private final Rules rules;

    Explorer(Rules rules) {
        this.rules = rules;
    }

    /// @throws AssertionError with the shortest scenario that breaks the same promise
    Witness mustHold(Scenario scenario) {
        try {
            return World.run(scenario, rules);
        } catch (Violation violation) {
            Scenario shortest = shrink(scenario, violation.kind);
            throw new AssertionError(violation.getMessage() + "\nShortened to: " + shortest, violation(shortest));
        }
    }

    @Nullable
    Violation violation(Scenario scenario) {
        try {
            World.run(scenario, rules);
            return null;
        } catch (Violation violation) {
            return violation;
        }
    }

    /// Leaves out steps as long as the same promise is broken.
    Scenario shrink(Scenario failing, Violation.Kind kind) {
        Scenario shortest = failing;
        for (int chunk = failing.steps().size() / 2; chunk > 0; chunk = chunk / 2) {
            for (int from = 0; from + chunk <= shortest.steps().size(); ) {
                List<Step> fewer = new ArrayList<>(shortest.steps());
                fewer.subList(from, from + chunk).clear();
                Violation still = violation(shortest.with(fewer));
                if (still != null && still.kind == kind) {
                    shortest = shortest.with(fewer);
                } else {
                    from += chunk;
                }
            }
        }
        return shortest;
    }
}
