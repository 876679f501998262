package dev.freshet.systemtests;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a deployment is to be. Immutable; each `with` gives another one.
///
/// @param redisOptions names and values in turn
/// @param everywhere settings of all services, by environment variable
/// @param ofService settings of one service, which win
/// @param counts replicas, where they are not two
/// @param buffering whether nginx is left as it comes: with buffers, and HTTP/1.0 to the services
record Plan(
        String name,
        int partitions,
        List<String> redisOptions,
        Map<String, String> everywhere,
        Map<Service, Map<String, String>> ofService,
        Map<Service, Integer> counts,
        boolean buffering) {

    private static final int REPLICAS = 2;

    static Plan of(String name, int partitions) {
        return new Plan(name, partitions, List.of(), Map.of(), Map.of(), Map.of(), false);
    }

    Plan redis(String... options) {
        List<String> all = new ArrayList<>(redisOptions);
        all.addAll(List.of(options));
        return new Plan(name, partitions, all, everywhere, ofService, counts, buffering);
    }

    Plan with(String variable, String value) {
        Map<String, String> settings = new HashMap<>(everywhere);
        settings.put(variable, value);
        return new Plan(name, partitions, redisOptions, settings, ofService, counts, buffering);
    }

    Plan with(Service service, String variable, String value) {
        Map<Service, Map<String, String>> all = new HashMap<>(ofService);
        Map<String, String> settings = new HashMap<>(all.getOrDefault(service, Map.of()));
        settings.put(variable, value);
        all.put(service, settings);
        return new Plan(name, partitions, redisOptions, everywhere, all, counts, buffering);
    }

    Plan replicas(Service service, int count) {
        Map<Service, Integer> all = new EnumMap<>(Service.class);
        all.putAll(counts);
        all.put(service, count);
        return new Plan(name, partitions, redisOptions, everywhere, ofService, all, buffering);
    }

    /// Behind nginx as it comes.
    Plan behindBuffers() {
        return new Plan(name, partitions, redisOptions, everywhere, ofService, counts, true);
    }

    Map<String, String> settings(Service service) {
        Map<String, String> settings = new HashMap<>(everywhere);
        settings.putAll(ofService.getOrDefault(service, Map.of()));
        return settings;
    }

    int replicas(Service service) {
        return counts.getOrDefault(service, REPLICAS);
    }
}
