package dev.freshet.service.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.RedisOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EffectiveOptionsTest {

    @ParameterizedTest
    @CsvSource({"HTTPS,HTTPS", "LDAPS,LDAPS", "NONE,''", "none,''", "'',''"})
    void aNameInACertificateIsComparedAsTheSettingsSay(String configured, String effective) {
        assertThat(algorithm(new NetClientOptions().setHostnameVerificationAlgorithm(configured)))
                .isEqualTo(effective);
    }

    @Test
    void itIsComparedWithTheHostIfTheySayNothing() {
        assertThat(algorithm(new NetClientOptions())).isEqualTo("HTTPS");
    }

    @Test
    void anotherClientIsLeftAlone() {
        RedisOptions other = new RedisOptions();

        new EffectiveOptions().customize("other", other);

        assertThat(other.getNetClientOptions().getHostnameVerificationAlgorithm())
                .isEqualTo(new NetClientOptions().getHostnameVerificationAlgorithm());
    }

    private static String algorithm(NetClientOptions made) {
        EffectiveOptions options = new EffectiveOptions();
        options.customize("<default>", new RedisOptions().setNetClientOptions(made));
        return options.get().getNetClientOptions().getHostnameVerificationAlgorithm();
    }
}
