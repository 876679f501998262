package dev.freshet.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.EntryFields;
import dev.freshet.contract.log.Keys;
import dev.freshet.contract.log.LogState;
import dev.freshet.contract.log.Partitions;
import dev.freshet.testkit.RedisServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// The log as a producer in any language sees it: `redis-cli`, and contract's way to find a partition.
///
/// @param primary where a partition is written now
record Log(IntFunction<RedisServer> primary, Partitions partitions) {

    /// An entry as it stands in a stream.
    record Stored(String id, Map<String, String> fields) {

        String field(String name) {
            return fields.getOrDefault(name, "");
        }

        JsonNode payload() {
            return Rest.parse(field(EntryFields.PAYLOAD));
        }
    }

    int partitionOf(String channel) {
        return partitions.of(Channel.parse(channel));
    }

    /// Appends as the quick start tells, and returns the id that followers must see.
    String add(String channel, String type, String payload) {
        int partition = partitionOf(channel);
        return wireId(partition, addRaw(partition, "channel", channel, "type", type, "payload", payload));
    }

    /// Appends these fields, whatever they are, and returns the entry's id in its stream.
    String addRaw(int partition, String... fields) {
        List<String> command = new ArrayList<>(List.of("XADD", Keys.events(partition), "*"));
        command.addAll(List.of(fields));
        return primary.apply(partition).cli(command.toArray(String[]::new));
    }

    /// Appends all in one run of `redis-cli`, each as its own command; only where one Redis has all partitions.
    ///
    /// @param payloads without apostrophes
    void addAll(List<String> channels, String type, List<String> payloads) {
        StringBuilder commands = new StringBuilder();
        for (int i = 0; i < payloads.size(); i++) {
            String channel = channels.get(i);
            commands.append("XADD %s * channel %s type %s payload '%s'\n"
                    .formatted(Keys.events(partitionOf(channel)), channel, type, payloads.get(i)));
        }
        try {
            Process cli = new ProcessBuilder(
                            "redis-cli",
                            "-h",
                            "127.0.0.1",
                            "-p",
                            Integer.toString(primary.apply(0).port()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            cli.getOutputStream().write(commands.toString().getBytes(StandardCharsets.UTF_8));
            cli.getOutputStream().close();
            if (cli.waitFor() != 0) {
                throw new AssertionError("redis-cli failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    String wireId(int partition, String id) {
        String epoch = primary.apply(partition).cli("HGET", Keys.state(partition), LogState.EPOCH);
        return new EventId(partition, Objects.requireNonNull(StreamId.parse(id), id), epoch).toString();
    }

    List<Stored> entries(int partition) {
        return range(partition, Keys.events(partition));
    }

    /// Of all partitions, one after the other.
    List<Stored> entries() {
        return IntStream.range(0, partitions.count())
                .mapToObj(this::entries)
                .flatMap(List::stream)
                .toList();
    }

    List<Stored> rejected(int partition) {
        return range(partition, Keys.rejected(partition));
    }

    /// A broadcast channel in this partition, another one for each prefix.
    String channelIn(int partition, String prefix) {
        return IntStream.range(0, 10_000)
                .mapToObj(i -> "broadcast:" + prefix + "-" + i)
                .filter(channel -> partitionOf(channel) == partition)
                .findFirst()
                .orElseThrow();
    }

    private List<Stored> range(int partition, String stream) {
        List<Stored> all = new ArrayList<>();
        for (JsonNode entry : Rest.parse(primary.apply(partition).cli("--json", "XRANGE", stream, "-", "+"))) {
            Map<String, String> fields = new LinkedHashMap<>();
            JsonNode list = entry.get(1);
            for (int i = 0; i < list.size(); i += 2) {
                // What a rejected entry adds of its own comes first, and wins over the producer's field of that name.
                fields.putIfAbsent(list.get(i).textValue(), list.get(i + 1).textValue());
            }
            all.add(new Stored(entry.get(0).textValue(), fields));
        }
        return all;
    }
}
