package dev.freshet.bench.server;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Other servers, where they are installed.
public final class Peers {

    private Peers() {}

    /// Starts those that are there.
    ///
    /// @param missing told about each that is not
    public static List<Contender> start(Workplace place, Consumer<String> missing) {
        return new ArrayList<>();
    }
}
