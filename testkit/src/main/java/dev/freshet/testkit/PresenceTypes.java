package dev.freshet.testkit;

import java.util.Set;

/// Types that come when other users do: recorders keep them apart from what a test waits for.
final class PresenceTypes {

    private static final Set<String> ALL = Set.of("user-joined", "user-left", "presence-changed");

    private PresenceTypes() {}

    static boolean contains(String type) {
        return ALL.contains(type);
    }
}
