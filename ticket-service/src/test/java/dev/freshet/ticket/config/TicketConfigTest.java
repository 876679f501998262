package dev.freshet.ticket.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.smallrye.config.ConfigMappings;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TicketConfigTest {

    @Test
    void everySettingHasTheNameAndTheDefaultThatIsDocumented() {
        Map<String, String> defaults = new TreeMap<>();
        ConfigMappings.getProperties(ConfigMappings.ConfigClass.configClass(TicketConfig.class))
                .forEach((name, property) ->
                        defaults.put(name, property.hasDefaultValue() ? property.getDefaultValue() : "none"));
        assertThat(defaults)
                .containsExactly(
                        Map.entry("freshet.ticket.rate.burst", "10"), Map.entry("freshet.ticket.rate.per-second", "2"));
    }

    @Test
    void theDefaultsAreGood() {
        TicketConfig config = config(Map.of());
        assertThat(config.rate().burst()).isEqualTo(10);
        assertThat(config.rate().perSecond()).isEqualTo(2.0);
        assertThatCode(() -> TicketConfigCheck.check(config)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"burst,1", "burst,1000", "per-second,0.01", "per-second,1000"})
    void theBoundsThemselvesAreGood(String name, String value) {
        TicketConfig config = config(Map.of("freshet.ticket.rate." + name, value));
        assertThatCode(() -> TicketConfigCheck.check(config)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "burst,0,'freshet.ticket.rate.burst must be 1 to 1000, not 0'",
        "burst,-1,'freshet.ticket.rate.burst must be 1 to 1000, not -1'",
        "burst,1001,'freshet.ticket.rate.burst must be 1 to 1000, not 1001'",
        "per-second,0,'freshet.ticket.rate.per-second must be 0.01 to 1000, not 0.0'",
        "per-second,-2,'freshet.ticket.rate.per-second must be 0.01 to 1000, not -2.0'",
        "per-second,1000.5,'freshet.ticket.rate.per-second must be 0.01 to 1000, not 1000.5'",
        "per-second,NaN,'freshet.ticket.rate.per-second must be 0.01 to 1000, not NaN'",
        "per-second,Infinity,'freshet.ticket.rate.per-second must be 0.01 to 1000, not Infinity'"
    })
    void beyondTheBoundsTheServiceDoesNotStartAndSaysWhy(String name, String value, String sentence) {
        TicketConfig config = config(Map.of("freshet.ticket.rate." + name, value));
        assertThatIllegalStateException()
                .isThrownBy(() -> TicketConfigCheck.check(config))
                .withMessage(sentence);
    }

    private static TicketConfig config(Map<String, String> settings) {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .withMapping(TicketConfig.class)
                .withDefaultValues(settings)
                .build();
        return config.getConfigMapping(TicketConfig.class);
    }
}
