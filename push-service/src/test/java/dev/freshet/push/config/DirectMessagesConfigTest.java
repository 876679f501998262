package dev.freshet.push.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.push.config.DirectMessagesConfig.Senders;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.junit.jupiter.api.Test;

/// The key is public: operators rely on it.
class DirectMessagesConfigTest {

    @Test
    void withoutTheKeyAGrantIsNeeded() {
        assertThat(with(new PropertiesConfigSource(Map.of(), "test", 100))).isEqualTo(Senders.GRANTED);
    }

    @Test
    void theKeyHasItsName() {
        Map<String, String> settings = Map.of("freshet.direct-messages", "everyone");
        assertThat(with(new PropertiesConfigSource(settings, "test", 100))).isEqualTo(Senders.EVERYONE);
    }

    @Test
    void theEnvironmentHasItToo() {
        Map<String, String> environment = Map.of("FRESHET_DIRECT_MESSAGES", "everyone");
        assertThat(with(new EnvConfigSource(environment, 300))).isEqualTo(Senders.EVERYONE);
    }

    @Test
    void anotherValueIsNamed() {
        Map<String, String> settings = Map.of("freshet.direct-messages", "nobody");
        assertThatThrownBy(() -> with(new PropertiesConfigSource(settings, "test", 100)))
                .hasMessageContaining("freshet.direct-messages")
                .hasMessageContaining("nobody");
    }

    private static Senders with(ConfigSource source) {
        return new SmallRyeConfigBuilder()
                .withMapping(DirectMessagesConfig.class)
                .withSources(source)
                .build()
                .getConfigMapping(DirectMessagesConfig.class)
                .senders();
    }
}
