package dev.freshet.service.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.freshet.testkit.RedisServer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlotsTest {

    @Test
    void theyAreThoseOfRedis() {
        try (RedisServer redis = RedisServer.start("--cluster-enabled", "yes")) {
            for (String key : List.of(
                    "events:{0}",
                    "events:{31}:rejected",
                    "ticket:3f2a",
                    "ratelimit:ticket:j\u00f6rg\u6f22",
                    "ratelimit:ticket:a{b}c{d}",
                    "ratelimit:ticket:{}a",
                    "ratelimit:ticket:a{b",
                    "ratelimit:ticket:}a{b}")) {
                assertThat(Slots.of(key)).as(key).isEqualTo(Integer.parseInt(redis.cli("CLUSTER", "KEYSLOT", key)));
            }
        }
    }

    @Test
    void theKeysOfOneCommandMustBeInOneSlot() {
        assertThat(Slots.ofAll(List.of("events:{1}", "state:{1}"))).isEqualTo(Slots.of("{1}"));
        assertThat(Slots.of(List.of("a".getBytes(StandardCharsets.UTF_8)))).isEqualTo(Slots.of("a"));
        assertThat(Slots.of(List.<byte[]>of())).isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> Slots.ofAll(List.of("events:{1}", "state:{2}")));
    }
}
