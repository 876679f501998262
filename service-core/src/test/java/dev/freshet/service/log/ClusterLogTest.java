package dev.freshet.service.log;

import static dev.freshet.service.redis.Links.eventually;
import static dev.freshet.service.redis.Links.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Event;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.json.JsonText;
import dev.freshet.contract.log.Keys;
import dev.freshet.service.redis.Links;
import dev.freshet.service.redis.ReadFrom;
import dev.freshet.service.redis.RedisLink;
import dev.freshet.testkit.RedisCluster;
import dev.freshet.testkit.RedisServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullUnmarked // its fields are set before each test
class ClusterLogTest {

    private static final int PARTITIONS = 4;
    private static final Duration AFTER_ELECTION = Duration.ofSeconds(2);

    RedisCluster redis;
    RedisLink link;
    Log log;

    @BeforeEach
    void start() {
        redis = RedisCluster.start();
        link = Links.link(redis.settings());
        LogConfig config = new LogConfig() {
            @Override
            public int partitions() {
                return PARTITIONS;
            }

            @Override
            public ReadFrom readFrom() {
                return ReadFrom.PRIMARY;
            }
        };
        log = new Log(link, config, new SimpleMeterRegistry(), null);
    }

    @AfterEach
    void stop() {
        Links.close(link);
        redis.close();
    }

    @Test
    void itsPartitionsAreWrittenWhereverTheyAreThroughAMoveASwitchAndADeath() {
        append("first", 25);

        // A slot that moves is a redirect, which a caller who waits for answers does not see.
        redis.move(Keys.events(3), redis.primaryOf(Keys.events(0)));
        append("moved", 25);

        // So is a switch on purpose, but for the moment in which nobody is primary.
        redis.failover(Keys.events(1));
        eventually(AFTER_ELECTION, () -> log.append(1, List.of(event("probe")), null));
        append("switched", 25);

        RedisServer killed = redis.primaryOf(Keys.events(0));
        killed.kill();
        redis.awaitPrimaryOtherThan(killed, Keys.events(0));
        for (int p = 0; p < PARTITIONS; p++) {
            int partition = p;
            eventually(AFTER_ELECTION, () -> log.append(partition, List.of(event("probe")), null));
        }
        append("survived", 25);
    }

    /// Appends to all partitions at once, once with keys that a repetition finds, and looks at what stands there.
    private void append(String name, int each) {
        for (int p = 0; p < PARTITIONS; p++) {
            IdempotencyKey key = key(name, "a");
            List<EventId> ids = get(log.append(p, List.of(event(name + "-once")), key));
            assertThat(get(log.append(p, List.of(event(name + "-once")), key))).isEqualTo(ids);
            int partition = p;
            assertThatExceptionOfType(IdempotencyConflict.class)
                    .isThrownBy(() -> get(log.append(partition, List.of(event(name)), key(name, "b"))));
        }
        List<Future<List<EventId>>> appends = IntStream.range(0, each * PARTITIONS)
                .mapToObj(i -> log.append(i % PARTITIONS, List.of(event(name + "-" + i)), null))
                .toList();
        appends.forEach(Links::get);
        for (int p = 0; p < PARTITIONS; p++) {
            String key = Keys.events(p);
            int partition = p;
            List<String> payloads = redis.cli(key, "XRANGE", key, "-", "+")
                    .lines()
                    .filter(line -> line.startsWith("\"" + name + "-"))
                    .toList();
            assertThat(payloads).first().isEqualTo("\"" + name + "-once\"");
            assertThat(payloads.subList(1, payloads.size()))
                    .isEqualTo(IntStream.range(0, each * PARTITIONS)
                            .filter(i -> i % PARTITIONS == partition)
                            .mapToObj(i -> "\"" + name + "-" + i + "\"")
                            .toList());
        }
    }

    private static IdempotencyKey key(String name, String request) {
        return IdempotencyKey.of("shop", name, request.getBytes(StandardCharsets.UTF_8));
    }

    private static Event event(String payload) {
        return Event.of(Channel.parse("broadcast:b"), "t", JsonText.payload("\"" + payload + "\""));
    }
}
