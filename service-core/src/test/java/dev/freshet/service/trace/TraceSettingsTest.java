package dev.freshet.service.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceSettingsTest {

    private static final String ENDPOINT = "otel.exporter.otlp.endpoint";

    @Test
    void withoutACollectorThereAreNone() {
        assertThat(settings()).isNull();
        assertThat(settings("otel.traces.sampler.arg", "0.5", "otel.service.name", "a"))
                .isNull();
        assertThat(settings(ENDPOINT, " ")).isNull();
    }

    @Test
    void allCanBeTurnedOffThoughACollectorIsNamed() {
        assertThat(settings(ENDPOINT, "http://collector:4318", "otel.sdk.disabled", "true"))
                .isNull();
        assertThat(settings(ENDPOINT, "http://collector:4318", "otel.traces.exporter", "none"))
                .isNull();
    }

    @Test
    void aCollectorIsAllThatIsNeeded() {
        TraceSettings settings = on();

        assertThat(settings.endpoint()).hasToString("http://collector:4318/v1/traces");
        assertThat(settings.ratio()).isEqualTo(1);
        assertThat(settings.queue()).isEqualTo(2048);
        assertThat(settings.pause()).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.timeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.headers()).isEmpty();
        assertThat(settings.attributes()).containsExactly(Map.entry("service.name", "events-service"));
    }

    @Test
    void theAddressOfTracesAloneIsTakenAsItIs() {
        assertThat(on("otel.exporter.otlp.traces.endpoint", "https://other/path")
                        .endpoint())
                .hasToString("https://other/path");
        assertThat(on(ENDPOINT, "http://collector:4318/base/").endpoint())
                .hasToString("http://collector:4318/base/v1/traces");
    }

    @Test
    void listsAreReadAsOpenTelemetryWritesThem() {
        TraceSettings settings = on(
                "otel.exporter.otlp.headers", "api-key=a%20b+c==, x=1",
                "otel.resource.attributes", "service.name=other,k8s.pod.name=pod-1");

        assertThat(settings.headers()).isEqualTo(Map.of("api-key", "a b+c==", "x", "1"));
        assertThat(settings.attributes()).isEqualTo(Map.of("service.name", "other", "k8s.pod.name", "pod-1"));
        assertThat(on("otel.resource.attributes", "service.name=other", "otel.service.name", "wins")
                        .attributes())
                .containsEntry("service.name", "wins");
    }

    @ParameterizedTest
    @CsvSource({
        "parentbased_always_on, 0.5, 1",
        "parentbased_always_off, 0.5, 0",
        "parentbased_traceidratio, 0.5, 0.5",
        "parentbased_traceidratio, 0, 0"
    })
    void samplersAreParentBased(String sampler, String argument, double ratio) {
        assertThat(on("otel.traces.sampler", sampler, "otel.traces.sampler.arg", argument)
                        .ratio())
                .isEqualTo(ratio);
    }

    @ParameterizedTest
    @CsvSource({
        "otel.exporter.otlp.endpoint, collector:4318",
        "otel.exporter.otlp.endpoint, http://not a host",
        "otel.exporter.otlp.protocol, grpc",
        "otel.traces.exporter, zipkin",
        "otel.traces.sampler, always_on",
        "otel.traces.sampler.arg, 1.1",
        "otel.traces.sampler.arg, much",
        "otel.traces.sampler.arg, NaN",
        "otel.bsp.max.queue.size, 0",
        "otel.exporter.otlp.timeout, 0"
    })
    void whatCannotBeMeantIsSaid(String key, String value) {
        assertThatThrownBy(() -> on(key, value))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(key);
    }

    @Test
    void aKeyInAMalformedListIsNotSaid() {
        assertThatThrownBy(() -> on("otel.exporter.otlp.headers", "very-secret"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageNotContaining("very-secret");
    }

    private static TraceSettings on(String... more) {
        Map<String, String> all = new HashMap<>(pairs(more));
        all.putIfAbsent(ENDPOINT, "http://collector:4318");
        all.put("quarkus.application.name", "events-service");
        return Objects.requireNonNull(TraceSettings.of(config(all)));
    }

    private static @Nullable TraceSettings settings(String... pairs) {
        return TraceSettings.of(config(pairs(pairs)));
    }

    private static Map<String, String> pairs(String... pairs) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            all.put(pairs[i], pairs[i + 1]);
        }
        return all;
    }

    private static Config config(Map<String, String> properties) {
        return new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .build();
    }
}
