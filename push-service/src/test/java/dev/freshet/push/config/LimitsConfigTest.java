package dev.freshet.push.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.smallrye.config.ConfigMappings;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitsConfigTest {

    @Test
    void everySettingHasTheNameAndTheDefaultThatIsDocumented() {
        Map<String, String> defaults = new TreeMap<>();
        ConfigMappings.getProperties(ConfigMappings.ConfigClass.configClass(LimitsConfig.class))
                .forEach((name, property) ->
                        defaults.put(name, property.hasDefaultValue() ? property.getDefaultValue() : "none"));

        assertThat(defaults)
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("freshet.push.limits.connections-per-pod", "18000"),
                        Map.entry("freshet.push.limits.connections-per-user-and-pod", "100"),
                        Map.entry("freshet.push.limits.failures.burst", "500"),
                        Map.entry("freshet.push.limits.failures.per-second", "20"),
                        Map.entry("freshet.push.limits.opens.burst", "0"),
                        Map.entry("freshet.push.limits.opens.per-second", "100"),
                        Map.entry("freshet.push.limits.messages.burst", "1000"),
                        Map.entry("freshet.push.limits.messages.per-second", "100"),
                        Map.entry("freshet.push.limits.joins.burst", "200"),
                        Map.entry("freshet.push.limits.joins.per-second", "20"),
                        Map.entry("freshet.push.limits.refused.burst", "100"),
                        Map.entry("freshet.push.limits.refused.per-second", "10"),
                        Map.entry("freshet.push.limits.typing-interval", "500MS")));
    }

    @Test
    void theDefaultsAndZeroCanBeMeant() {
        assertThatCode(() -> PushConfigCheck.check(with(Map.of()))).doesNotThrowAnyException();
        assertThatCode(() -> PushConfigCheck.check(with(Map.of(
                        "freshet.push.limits.connections-per-pod", "0",
                        "freshet.push.limits.connections-per-user-and-pod", "0",
                        "freshet.push.limits.failures.burst", "0",
                        "freshet.push.limits.messages.burst", "0",
                        "freshet.push.limits.joins.burst", "0",
                        "freshet.push.limits.refused.burst", "0",
                        "freshet.push.limits.typing-interval", "0S"))))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "connections-per-pod, -1",
        "connections-per-user-and-pod, -1",
        "failures.burst, -1",
        "opens.per-second, 0",
        "messages.per-second, NaN",
        "joins.burst, 1000001",
        "refused.per-second, 0.001",
        "typing-interval, 3601S"
    })
    void aSettingBeyondItsBoundsIsNamed(String name, String value) {
        String key = "freshet.push.limits." + name;

        assertThatIllegalStateException()
                .isThrownBy(() -> PushConfigCheck.check(with(Map.of(key, value))))
                .withMessageStartingWith(key + " must be ");
    }

    private static LimitsConfig with(Map<String, String> settings) {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 200, new io.quarkus.runtime.configuration.DurationConverter())
                .withMapping(LimitsConfig.class)
                .withDefaultValues(settings)
                .build();
        return config.getConfigMapping(LimitsConfig.class);
    }
}
