package dev.freshet.events.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.events.config.HistoryConfig;
import dev.freshet.events.config.RetentionConfig;
import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Names, defaults and ranges of the settings are public: operators rely on them.
class IndexBoundsTest {

    @Test
    void everyKeyHasItsDefault() {
        SmallRyeConfig config = with(Map.of());
        HistoryConfig history = config.getConfigMapping(HistoryConfig.class);
        assertThat(history.enabled()).isTrue();
        assertThat(history.interval()).isEqualTo(Duration.ofMillis(100));
        assertThat(bounds(Map.of()))
                .isEqualTo(new IndexBounds(1_000, 1 << 20, 86_400_000, 600_000, 1_000_000, 256 << 20, 10_000));
    }

    @Test
    void everyKeyHasItsName() {
        Map<String, String> settings = Map.of(
                "freshet.history.enabled", "false",
                "freshet.history.interval", "5MS",
                "freshet.history.length", "2",
                "freshet.history.bytes", "64K",
                "freshet.history.retention", "2H",
                "freshet.retention.age", "1H",
                "freshet.retention.max-entries", "5000",
                "freshet.retention.max-bytes", "2M",
                "freshet.retention.rejected-cap", "6");
        HistoryConfig history = with(settings).getConfigMapping(HistoryConfig.class);
        assertThat(history.enabled()).isFalse();
        assertThat(history.interval()).isEqualTo(Duration.ofMillis(5));
        assertThat(bounds(settings)).isEqualTo(new IndexBounds(2, 65_536, 7_200_000, 3_600_000, 5_000, 2 << 20, 6));
    }

    @ParameterizedTest
    @CsvSource({
        "freshet.history.interval, 0S",
        "freshet.history.interval, 11S",
        "freshet.history.length, 0",
        "freshet.history.length, 100001",
        "freshet.history.bytes, 1K",
        "freshet.history.bytes, 2G",
        "freshet.history.retention, 5M",
        "freshet.retention.age, 500MS",
        "freshet.retention.max-entries, 999",
        "freshet.retention.max-bytes, 512K",
        "freshet.retention.rejected-cap, 0"
    })
    void whatIsOutOfItsRangeStopsTheStart(String key, String value) {
        assertThatThrownBy(() -> bounds(Map.of(key, value)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(key);
    }

    private static IndexBounds bounds(Map<String, String> settings) {
        SmallRyeConfig config = with(settings);
        return IndexBounds.of(
                config.getConfigMapping(HistoryConfig.class), config.getConfigMapping(RetentionConfig.class));
    }

    private static SmallRyeConfig with(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withConverter(Duration.class, 200, new DurationConverter())
                .withConverter(MemorySize.class, 200, new MemorySizeConverter())
                .withMapping(HistoryConfig.class)
                .withMapping(RetentionConfig.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build();
    }
}
