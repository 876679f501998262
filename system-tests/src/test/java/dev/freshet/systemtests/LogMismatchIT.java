package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.log.Keys;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A service that would write where nobody reads, or read where nobody writes, must not run.
@Tag("calm")
final class LogMismatchIT {

    /// From its first words: how long a JVM takes to say them is the machine's affair.
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @ParameterizedTest(name = "a log of {0}, services of {1}")
    @CsvSource({"1,4", "4,1", "4,8"})
    void aServiceWithAnotherNumberOfPartitionsThanTheLogRefusesToStartAndSaysWhy(int logged, int configured)
            throws InterruptedException {
        String name = "log-mismatch-%d-%d".formatted(logged, configured);
        try (Deployment deployment = Deployment.withoutServices(name, logged)) {
            deployment.launch(Service.EVENTS, logged).awaitReady();
            String before = states(deployment);

            List<Replica> refusing =
                    List.of(deployment.launch(Service.EVENTS, configured), deployment.launch(Service.PUSH, configured));

            for (Replica replica : refusing) {
                replica.child().awaitFirstWords();
                assertThat(replica.child().awaitExit(LIMIT)).isNotZero();
                assertThat(replica.child().logLines())
                        .as(replica.child().name())
                        .filteredOn(line -> line.contains("FATAL"))
                        .singleElement()
                        .asString()
                        .contains("Cannot start")
                        .contains("partitions = " + logged)
                        .contains("this service has " + configured);
                assertThat(replica.child().logLines()).noneMatch(line -> line.contains("Exception"));
            }
            assertThat(states(deployment)).as("the log's state").isEqualTo(before);
        }
    }

    @Test
    void aRedisThatMayLoseWhatItAcknowledgedIsSpokenOf() {
        try (Deployment deployment = Deployment.withoutServices(
                "unsafe-redis", 1, "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru")) {
            for (Service service : List.of(Service.EVENTS, Service.PUSH)) {
                Replica replica = deployment.launch(service, 1);
                replica.awaitReady();

                assertThat(replica.child().logLines())
                        .as(replica.child().name())
                        .filteredOn(line -> line.contains("WARN") && line.contains("Redis "))
                        .anyMatch(line -> line.contains("maxmemory-policy must be noeviction"))
                        .anyMatch(line -> line.contains("Set appendonly to yes"));
                assertThat(replica.metrics().sum("freshet_redis_unsafe", "setting=\"eviction\""))
                        .isEqualTo(1);
                assertThat(replica.metrics().sum("freshet_redis_unsafe", "setting=\"persistence\""))
                        .isEqualTo(1);
            }
        }
    }

    /// What all partitions say; one that does not exist says nothing.
    private static String states(Deployment deployment) {
        StringBuilder all = new StringBuilder();
        for (int partition = 0; partition < 8; partition++) {
            all.append(deployment.redis().cli("HMGET", Keys.state(partition), "epoch", "partitions", "layout"))
                    .append('\n');
        }
        return all.toString();
    }
}
