package dev.freshet.push.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.push.config.PushConfig.SlowPolicy;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Names and defaults of the keys are public: operators rely on them.
class PushConfigTest {

    @Test
    void everyKeyHasItsDefault() {
        PushConfig config = with(Map.of());

        assertThat(config.sse().heartbeatInterval()).isEqualTo(Duration.ofSeconds(25));
        assertThat(config.sse().retry()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.webSocket().pingInterval()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.tail().block()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.maxChannels()).isEqualTo(100);
        assertThat(config.maxConnectionAge()).isEqualTo(Duration.ofHours(1));
        assertThat(config.revocationCheck()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.inbound().types()).isEmpty();
        assertThat(config.inbound().maxLength()).isEqualTo(100_000);
        assertThat(config.maxPendingBytes()).isEqualTo(65_536);
        assertThat(config.directWrites()).isTrue();
        assertThat(config.slow().maxLagEvents()).isEqualTo(10_000);
        assertThat(config.slow().maxLagBytes()).isEqualTo(16L * 1024 * 1024);
        assertThat(config.slow().maxLag()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.slow().policy()).isEqualTo(SlowPolicy.DISCONNECT);
        assertThat(config.presence().leaveGrace()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.presence().renewalInterval()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.presence().missedRenewals()).isEqualTo(7);
        assertThat(config.presence().crowd()).isEqualTo(500);
        assertThat(config.drain().accept()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.drain().window()).isEqualTo(Duration.ofSeconds(20));
        assertThat(config.tail().windowEvents()).isEqualTo(50_000);
        assertThat(config.tail().windowBytes()).isEqualTo(64L * 1024 * 1024);
    }

    @Test
    void everyKeyHasItsName() {
        PushConfig config = with(Map.ofEntries(
                Map.entry("freshet.push.sse.heartbeat-interval", "1S"),
                Map.entry("freshet.push.sse.retry", "2S"),
                Map.entry("freshet.push.websocket.ping-interval", "3S"),
                Map.entry("freshet.push.tail.block", "4S"),
                Map.entry("freshet.push.tail.window-events", "1000"),
                Map.entry("freshet.push.tail.window-bytes", "2000000"),
                Map.entry("freshet.push.max-connection-age", "5M"),
                Map.entry("freshet.push.revocation-check", "6S"),
                Map.entry("freshet.push.inbound.types", "a,b"),
                Map.entry("freshet.push.inbound.max-length", "7"),
                Map.entry("freshet.push.max-channels", "6"),
                Map.entry("freshet.push.slow.max-lag-events", "7"),
                Map.entry("freshet.push.slow.max-lag-bytes", "8"),
                Map.entry("freshet.push.slow.max-lag", "9S"),
                Map.entry("freshet.push.slow.policy", "gap"),
                Map.entry("freshet.push.presence.leave-grace", "12S"),
                Map.entry("freshet.push.presence.renewal-interval", "13S"),
                Map.entry("freshet.push.presence.missed-renewals", "14"),
                Map.entry("freshet.push.presence.crowd", "15"),
                Map.entry("freshet.push.drain.accept", "10S"),
                Map.entry("freshet.push.drain.window", "11S"),
                Map.entry("freshet.push.direct-writes", "false"),
                Map.entry("freshet.push.max-pending-bytes", "200000")));

        assertThat(config.sse().heartbeatInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.sse().retry()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.webSocket().pingInterval()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.tail().block()).isEqualTo(Duration.ofSeconds(4));
        assertThat(config.maxConnectionAge()).isEqualTo(Duration.ofMinutes(5));
        assertThat(config.revocationCheck()).isEqualTo(Duration.ofSeconds(6));
        assertThat(config.inbound().types()).contains(List.of("a", "b"));
        assertThat(config.inbound().maxLength()).isEqualTo(7);
        assertThat(config.maxChannels()).isEqualTo(6);
        assertThat(config.maxPendingBytes()).isEqualTo(200_000);
        assertThat(config.directWrites()).isFalse();
        assertThat(config.slow().maxLagEvents()).isEqualTo(7);
        assertThat(config.slow().maxLagBytes()).isEqualTo(8);
        assertThat(config.slow().maxLag()).isEqualTo(Duration.ofSeconds(9));
        assertThat(config.slow().policy()).isEqualTo(SlowPolicy.GAP);
        assertThat(config.presence().leaveGrace()).isEqualTo(Duration.ofSeconds(12));
        assertThat(config.presence().renewalInterval()).isEqualTo(Duration.ofSeconds(13));
        assertThat(config.presence().missedRenewals()).isEqualTo(14);
        assertThat(config.presence().crowd()).isEqualTo(15);
        assertThat(config.drain().accept()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.drain().window()).isEqualTo(Duration.ofSeconds(11));
        assertThat(config.tail().windowEvents()).isEqualTo(1000);
        assertThat(config.tail().windowBytes()).isEqualTo(2_000_000);
    }

    @Test
    void theDefaultsCanBeMeant() {
        assertThatCode(() -> PushConfigCheck.check(with(Map.of()))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "freshet.push.max-channels, 0",
        "freshet.push.revocation-check, 99MS",
        "freshet.push.inbound.max-length, 0",
        "freshet.push.max-pending-bytes, 16383",
        "freshet.push.slow.max-lag-events, -1",
        "freshet.push.slow.max-lag-bytes, -1",
        "freshet.push.presence.renewal-interval, 9MS",
        "freshet.push.presence.missed-renewals, 1",
        "freshet.push.presence.crowd, -1",
        "freshet.push.tail.window-events, 15",
        "freshet.push.tail.window-bytes, 1048575",
        "freshet.push.sse.heartbeat-interval, 0S",
        "freshet.push.websocket.ping-interval, 0S",
        "freshet.push.tail.block, 1MS"
    })
    void aSettingBelowItsBoundIsNamed(String key, String value) {
        assertThatThrownBy(() -> PushConfigCheck.check(with(Map.of(key, value))))
                .hasMessageStartingWith(key + " must be at least ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "freshet.push.slow.max-lag",
                "freshet.push.presence.leave-grace",
                "freshet.push.drain.accept",
                "freshet.push.drain.window"
            })
    void aWaitOfMoreThanAnHourIsNamed(String key) {
        assertThatThrownBy(() -> PushConfigCheck.check(with(Map.of(key, "3601S"))))
                .hasMessageStartingWith(key + " must be at most ");
    }

    @ParameterizedTest
    @CsvSource({
        "freshet.push.slow.max-lag-events, 0",
        "freshet.push.slow.max-lag-bytes, 0",
        "freshet.push.slow.max-lag, 0S",
        "freshet.push.presence.leave-grace, 0S",
        "freshet.push.presence.crowd, 0",
        "freshet.push.drain.accept, 0S",
        "freshet.push.drain.window, 0S",
        "freshet.push.max-connection-age, 0S"
    })
    void zeroMeansOffOrAtOnce(String key, String value) {
        assertThatCode(() -> PushConfigCheck.check(with(Map.of(key, value)))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"999MS", "366D", "-1S"})
    void anAgeThatCannotBeMeantIsNamed(String value) {
        assertThatThrownBy(() -> PushConfigCheck.check(with(Map.of("freshet.push.max-connection-age", value))))
                .hasMessageStartingWith("freshet.push.max-connection-age must be 0, or ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ack", "presence", "user-joined", "room-message", "refresh", "subscribe"})
    void anInboundTypeOfFreshetsOwnIsNamed(String type) {
        assertThatThrownBy(() -> PushConfigCheck.check(with(Map.of("freshet.push.inbound.types", "order," + type))))
                .hasMessage("freshet.push.inbound.types must not name '" + type + "', which is Freshet's own");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a:b", "{a}", "\u00e9"})
    void anInboundTypeThatIsNoneIsNamed(String type) {
        assertThatThrownBy(() -> PushConfigCheck.check(with(Map.of("freshet.push.inbound.types", type))))
                .hasMessage("freshet.push.inbound.types must each be 1 to 64 of A-Za-z0-9_.-, not '" + type + "'");
    }

    @Test
    void theseAreAllKeys() {
        // A new key must be added to both tests above.
        assertThat(keys(PushConfig.class)).isEqualTo(23);
    }

    private static long keys(Class<?> group) {
        long keys = 0;
        for (var method : group.getDeclaredMethods()) {
            keys += method.getReturnType().isInterface() ? keys(method.getReturnType()) : 1;
        }
        return keys;
    }

    private static PushConfig with(Map<String, String> settings) {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withConverter(Duration.class, 200, new io.quarkus.runtime.configuration.DurationConverter())
                .withMapping(PushConfig.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build();
        return config.getConfigMapping(PushConfig.class);
    }
}
