package dev.freshet.service.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.freshet.service.redis.ServerTooOld;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerSettingsTest {

    @ParameterizedTest
    @ValueSource(strings = {"6.2.14", "5.0.7", "0.9"})
    void aRedisBeforeSevenIsRefusedAndNamed(String version) {
        assertThatExceptionOfType(ServerTooOld.class)
                .isThrownBy(() -> of(version).checked())
                .withMessage("Redis " + version + " is too old, Freshet needs 7 or newer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"7.0.0", "7.2.4", "8.0.1", "10.0.0", "", "unstable", "255.255.255"})
    void aNewerOneAndOneThatDoesNotTellAreTaken(String version) {
        assertThat(of(version).checked().version()).isEqualTo(version);
    }

    @Test
    void itEvictsOnlyIfItIsBoundedAndMay() {
        assertThat(ServerSettings.of("7.0.15", "104857600", "allkeys-lru", "1").evicts())
                .isTrue();
        assertThat(ServerSettings.of("7.0.15", "104857600", "volatile-ttl", "1").evicts())
                .isTrue();
        assertThat(ServerSettings.of("7.0.15", "104857600", "noeviction", "1").evicts())
                .isFalse();
        assertThat(ServerSettings.of("7.0.15", "0", "allkeys-lru", "1").evicts())
                .isFalse();
    }

    @Test
    void itPersistsWithAnAppendOnlyFile() {
        assertThat(ServerSettings.of("7.0.15", "0", "noeviction", "1").persists())
                .isTrue();
        assertThat(ServerSettings.of("7.0.15", "0", "noeviction", "0").persists())
                .isFalse();
    }

    private static ServerSettings of(String version) {
        return ServerSettings.of(version, "0", "noeviction", "1");
    }
}
