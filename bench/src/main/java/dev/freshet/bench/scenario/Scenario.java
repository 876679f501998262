package dev.freshet.bench.scenario;

import dev.freshet.bench.report.Samples;
import java.io.IOException;

/// One thing to measure. To add one, write a class and name it in [Scenarios].
public interface Scenario {

    /// As the command line knows it.
    String name();

    /// One line about what it measures.
    String description();

    void run(Bench bench, Samples samples) throws IOException;
}
