package dev.freshet.bench.scenario;

import java.util.Map;
import org.HdrHistogram.Histogram;

/// What a measurement at a fixed rate cost.
///
/// @param deliveries events that arrived
/// @param seconds how long it took
/// @param server processor seconds of the server
/// @param helpers those of processes that it needs
/// @param generator those of the load generator, all of this JVM
/// @param latest by how much the publisher was late at worst, ns
/// @param latency from when events were meant to leave to when they arrived, ns
record Cost(
        long deliveries,
        double seconds,
        double server,
        Map<String, Double> helpers,
        double generator,
        long latest,
        Histogram latency) {

    double microsPerDelivery() {
        return server * 1e6 / deliveries;
    }

    double generatorMicrosPerDelivery() {
        return generator * 1e6 / deliveries;
    }

    double millis(double percentile) {
        return latency.getValueAtPercentile(percentile) / 1e6;
    }
}
