package dev.freshet.systemtests;

import java.net.URI;
import java.util.List;

/// What a replica's `/metrics` said at one moment.
record Metrics(List<String> lines) {

    static Metrics scrape(URI address) {
        return new Metrics(Rest.get(address).body().lines().toList());
    }

    /// The sum over all series of this name that carry all these tags (`reason="type"`); 0 if there is none yet.
    double sum(String name, String... tags) {
        return lines.stream()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> List.of(tags).stream().allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
