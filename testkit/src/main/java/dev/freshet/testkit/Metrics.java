package dev.freshet.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;

/// What a service's `/metrics` said at one moment.
public record Metrics(List<String> lines) {

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /// @param address of the metrics
    public static Metrics of(URI address) {
        try {
            return new Metrics(CLIENT.send(
                            HttpRequest.newBuilder(address)
                                    .timeout(Duration.ofSeconds(20))
                                    .build(),
                            BodyHandlers.ofLines())
                    .body()
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// The sum over all series of this name that carry all these tags (`reason="type"`); 0 if there is none yet.
    public double sum(String name, String... tags) {
        return lines.stream()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> List.of(tags).stream().allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
