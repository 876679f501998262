package dev.freshet.events.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.freshet.events.config.DocumentsConfig;
import dev.freshet.events.config.HistoryConfig;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DocumentsCheckTest {

    @Test
    void theDefaultsAreThoseOfTheReference() {
        DocumentsConfig config = config(Map.of()).getConfigMapping(DocumentsConfig.class);
        assertThat(config.edit()).isEqualTo(DocumentsConfig.Editors.FOLLOWERS);
        assertThat(config.retention()).isEmpty();
        check(Map.of());
    }

    @Test
    void theNamesAreThoseOfTheReference() {
        DocumentsConfig config = config(
                        Map.of("freshet.documents.edit", "publishers", "freshet.documents.retention", "48H"))
                .getConfigMapping(DocumentsConfig.class);
        assertThat(config.edit()).isEqualTo(DocumentsConfig.Editors.PUBLISHERS);
        assertThat(config.retention()).contains(Duration.ofHours(48));
    }

    @Test
    void documentsOutliveHistories() {
        check(Map.of("freshet.documents.retention", "24H"));
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> check(Map.of("freshet.documents.retention", "23H")))
                .withMessageContaining("freshet.documents.retention")
                .withMessageContaining("freshet.history.retention");
    }

    private static void check(Map<String, String> settings) {
        SmallRyeConfig config = config(settings);
        DocumentsCheck.check(
                config.getConfigMapping(DocumentsConfig.class), config.getConfigMapping(HistoryConfig.class));
    }

    private static SmallRyeConfig config(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withConverter(Duration.class, 200, new DurationConverter())
                .withMapping(DocumentsConfig.class)
                .withMapping(HistoryConfig.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build();
    }
}
