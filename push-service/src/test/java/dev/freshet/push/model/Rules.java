package dev.freshet.push.model;

import java.util.EnumSet;
import java.util.Set;

/// The procedure, or a mutant of it.
record Rules(Set<Rule> left) {

    static Rules all() {
        return new Rules(EnumSet.noneOf(Rule.class));
    }

    static Rules without(Rule... rules) {
        return new Rules(EnumSet.copyOf(Set.of(rules)));
    }

    boolean has(Rule rule) {
        return !left.contains(rule);
    }
}
