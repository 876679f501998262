package dev.freshet.service.trace;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/// Where spans go and which, by the names that OpenTelemetry gives its variables.
///
/// @param endpoint to which batches of spans are posted
/// @param headers of each request; they may hold a key and are never logged
/// @param timeout of one request
/// @param ratio of the traces that begin here which are recorded, 0 to 1. Others are as their parents are
/// @param queue spans that may wait
/// @param pause between two requests while few spans come
/// @param attributes of every span's resource
/// @see <a href="https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/">Environment
///     Variable Specification</a>
/// @see <a href="https://opentelemetry.io/docs/specs/otel/protocol/exporter/">OTLP Exporter, configuration</a>
record TraceSettings(
        URI endpoint,
        Map<String, String> headers,
        Duration timeout,
        double ratio,
        int queue,
        Duration pause,
        Map<String, String> attributes) {

    private static final String SERVICE_NAME = "service.name";
    private static final int MAX_QUEUE = 1_000_000;

    TraceSettings {
        headers = Map.copyOf(headers);
        attributes = Map.copyOf(attributes);
    }

    /// `null` where no collector is named, or all is turned off.
    ///
    /// @throws IllegalStateException with a sentence if a setting cannot be meant
    static @Nullable TraceSettings of(Config config) {
        String url = endpoint(config);
        if (url == null
                || config.getOptionalValue("otel.sdk.disabled", Boolean.class).orElse(false)) {
            return null;
        }
        String exporter = text(config, "otel.traces.exporter").orElse("otlp");
        if (exporter.equals("none")) {
            return null;
        }
        require(exporter.equals("otlp"), "otel.traces.exporter", exporter, "otlp or none");
        String protocol = text(config, "otel.exporter.otlp.traces.protocol")
                .or(() -> text(config, "otel.exporter.otlp.protocol"))
                .orElse("http/protobuf");
        require(
                protocol.equals("http/protobuf"),
                "otel.exporter.otlp.protocol",
                protocol,
                "http/protobuf, for which collectors listen on port 4318");
        return new TraceSettings(
                uri(url),
                pairs(
                        "otel.exporter.otlp.headers",
                        text(config, "otel.exporter.otlp.traces.headers")
                                .or(() -> text(config, "otel.exporter.otlp.headers"))),
                Duration.ofMillis(number(config, "otel.exporter.otlp.timeout", 10_000, 600_000)),
                ratio(config),
                number(config, "otel.bsp.max.queue.size", 2048, MAX_QUEUE),
                Duration.ofMillis(number(config, "otel.bsp.schedule.delay", 5_000, 600_000)),
                attributes(config));
    }

    private static @Nullable String endpoint(Config config) {
        // The first is the whole address, the second what all signals have in common.
        return text(config, "otel.exporter.otlp.traces.endpoint")
                .or(() -> text(config, "otel.exporter.otlp.endpoint")
                        .map(base -> base + (base.endsWith("/") ? "v1/traces" : "/v1/traces")))
                .orElse(null);
    }

    private static URI uri(String url) {
        try {
            URI uri = new URI(url);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            require(http && uri.getHost() != null, "otel.exporter.otlp.endpoint", url, "http://host:4318");
            return uri;
        } catch (URISyntaxException notOne) {
            throw new IllegalStateException("otel.exporter.otlp.endpoint is no URL: " + url, notOne);
        }
    }

    private static double ratio(Config config) {
        String sampler = text(config, "otel.traces.sampler").orElse("parentbased_traceidratio");
        return switch (sampler) {
            case "parentbased_always_on" -> 1;
            case "parentbased_always_off" -> 0;
            case "parentbased_traceidratio" -> {
                String text = text(config, "otel.traces.sampler.arg").orElse("1");
                double ratio;
                try {
                    ratio = Double.parseDouble(text);
                } catch (NumberFormatException notOne) {
                    ratio = -1;
                }
                require(ratio >= 0 && ratio <= 1, "otel.traces.sampler.arg", text, "0 to 1");
                yield ratio;
            }
            default ->
                throw new IllegalStateException("otel.traces.sampler must be parentbased_traceidratio,"
                        + " parentbased_always_on or parentbased_always_off, and is " + sampler
                        + "; what is not parent-based would tear traces apart");
        };
    }

    private static Map<String, String> attributes(Config config) {
        Map<String, String> attributes =
                new LinkedHashMap<>(pairs("otel.resource.attributes", text(config, "otel.resource.attributes")));
        text(config, "otel.service.name").ifPresent(name -> attributes.put(SERVICE_NAME, name));
        text(config, "quarkus.application.name").ifPresent(name -> attributes.putIfAbsent(SERVICE_NAME, name));
        return attributes;
    }

    /// `name=value,…`, the values with percent-encoding.
    private static Map<String, String> pairs(String key, Optional<String> text) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : text.orElse("").split(",", -1)) {
            if (!pair.isBlank()) {
                int equals = pair.indexOf('=');
                if (equals < 1) {
                    // Not said which one: it may be a key.
                    throw new IllegalStateException(key + " must be a list name=value,…");
                }
                pairs.put(
                        pair.substring(0, equals).strip(),
                        decoded(pair.substring(equals + 1).strip()));
            }
        }
        return pairs;
    }

    private static String decoded(String value) {
        try {
            return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException asItIs) {
            return value;
        }
    }

    private static int number(Config config, String key, int byDefault, int max) {
        int number = config.getOptionalValue(key, Integer.class).orElse(byDefault);
        require(number >= 1 && number <= max, key, Integer.toString(number), "1 to " + max);
        return number;
    }

    private static Optional<String> text(Config config, String key) {
        return config.getOptionalValue(key, String.class).map(String::strip).filter(text -> !text.isEmpty());
    }

    private static void require(boolean fits, String key, String value, String allowed) {
        if (!fits) {
            throw new IllegalStateException(key + " must be " + allowed + ", and is " + value);
        }
    }
}
