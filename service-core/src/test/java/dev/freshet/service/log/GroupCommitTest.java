package dev.freshet.service.log;

import static dev.freshet.service.redis.Links.eventually;
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
import dev.freshet.service.redis.RedisUnavailable;
import dev.freshet.testkit.RedisServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullUnmarked // its fields are set before each test
class GroupCommitTest {

    private static final Duration CONNECTED = Duration.ofSeconds(20);
    private static final Pattern SCRIPTS = Pattern.compile("cmdstat_evalsha:calls=(\\d+)");

    RedisServer redis;
    RedisLink link;
    SimpleMeterRegistry meters;
    Log log;

    @BeforeEach
    void start() {
        redis = RedisServer.start();
        link = Links.link(Map.of("quarkus.redis.hosts", redis.url()));
        meters = new SimpleMeterRegistry();
        log = new Log(
                link,
                new LogConfig() {
                    @Override
                    public int partitions() {
                        return 2;
                    }

                    @Override
                    public ReadFrom readFrom() {
                        return ReadFrom.PRIMARY;
                    }
                },
                meters);
        // So that Redis is connected and knows the script.
        for (int partition = 0; partition < 2; partition++) {
            int it = partition;
            eventually(CONNECTED, () -> log.append(it, List.of(event("first")), null));
        }
    }

    @AfterEach
    void stop() {
        Links.close(link);
        redis.close();
    }

    @Test
    void eventsOfOneTurnShareOneScriptForEachPartitionAndKeepTheirOrder() {
        int before = scripts();

        List<EventId> ids = inOneTurn(() -> IntStream.range(0, 10)
                .mapToObj(i -> one(log.append(i % 2, List.of(event("e" + i)), null)))
                .toList());

        assertThat(scripts() - before).isEqualTo(2);
        for (int partition = 0; partition < 2; partition++) {
            int it = partition;
            assertThat(entries(partition))
                    .isEqualTo(IntStream.range(0, 10)
                            .filter(i -> i % 2 == it)
                            .mapToObj(i -> ids.get(i).position() + " \"e" + i + "\"")
                            .toList());
        }
        assertThat(meters.get("freshet.events.appended").counter().count()).isEqualTo(12);
    }

    @Test
    void theNextTurnHasAScriptOfItsOwn() {
        int before = scripts();

        for (int turn = 0; turn < 3; turn++) {
            inOneTurn(() -> List.of(one(log.append(0, List.of(event("a")), null))));
        }

        assertThat(scripts() - before).isEqualTo(3);
    }

    @Test
    void nothingOvertakesWhatWasGathered() {
        IdempotencyKey key = IdempotencyKey.of("shop", "k", "r".getBytes(StandardCharsets.UTF_8));

        List<EventId> ids = inOneTurn(() -> List.of(
                one(log.append(0, List.of(event("a")), null)),
                one(log.append(0, List.of(event("b")), key)),
                one(log.append(0, List.of(event("c")), null)),
                log.append(0, List.of(event("d"), event("e")), null).map(List::getLast),
                one(log.append(0, List.of(event("f")), null))));

        assertThat(ids).extracting(EventId::position).isSorted();
        assertThat(entries(0))
                .extracting(entry -> entry.substring(entry.indexOf(' ') + 1))
                .containsExactly("\"a\"", "\"b\"", "\"c\"", "\"d\"", "\"e\"", "\"f\"");
    }

    @Test
    void aScriptTakesSoManyAndNoMore() {
        int before = scripts();

        List<EventId> ids = inOneTurn(() -> IntStream.range(0, 2 * GroupCommit.MAX_TOGETHER + 1)
                .mapToObj(i -> one(log.append(0, List.of(event("e" + i)), null)))
                .toList());

        assertThat(ids).extracting(EventId::position).isSorted().doesNotHaveDuplicates();
        assertThat(scripts() - before).isEqualTo(3);
    }

    @Test
    void allFailWhereOneWould() {
        redis.kill();

        List<Future<EventId>> appends = new ArrayList<>();
        inOneTurn(() -> {
            for (int i = 0; i < 3; i++) {
                appends.add(one(log.append(0, List.of(event("e" + i)), null)));
            }
            return List.of();
        });

        assertThat(appends)
                .hasSize(3)
                .allSatisfy(append ->
                        assertThatExceptionOfType(RedisUnavailable.class).isThrownBy(() -> Links.get(append)));
    }

    @Test
    void whoIsOnNoEventLoopIsAnsweredToo() {
        assertThat(Links.get(log.append(0, List.of(event("a")), null))).hasSize(1);
        assertThat(entries(0)).hasSize(1);
    }

    private static Future<EventId> one(Future<List<EventId>> ids) {
        return ids.map(List::getFirst);
    }

    private static List<EventId> inOneTurn(Supplier<List<Future<EventId>>> appends) {
        Context context = Links.VERTX.getOrCreateContext();
        Promise<List<EventId>> done = Promise.promise();
        context.runOnContext(
                now -> Future.all(appends.get()).map(all -> all.<EventId>list()).onComplete(done));
        return Links.get(done.future());
    }

    /// Ids and payloads, but for the first entry.
    private List<String> entries(int partition) {
        List<String> lines = redis.cli("XRANGE", Keys.events(partition), "-", "+")
                .lines()
                .filter(line -> line.startsWith("\"") || line.matches("\\d+-\\d+"))
                .toList();
        return IntStream.range(1, lines.size() / 2)
                .mapToObj(i -> lines.get(2 * i) + " " + lines.get(2 * i + 1))
                .toList();
    }

    private int scripts() {
        Matcher calls = SCRIPTS.matcher(redis.cli("INFO", "commandstats"));
        return calls.find() ? Integer.parseInt(calls.group(1)) : 0;
    }

    private static Event event(String payload) {
        return Event.of(Channel.parse("broadcast:b"), "t", JsonText.payload("\"" + payload + "\""));
    }
}
