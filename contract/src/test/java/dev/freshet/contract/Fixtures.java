package dev.freshet.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The golden JSON that the Java and the TypeScript tests share.
public final class Fixtures {

    private static final Path FOLDER = Path.of("fixtures");
    private static final ObjectMapper JSON = new ObjectMapper();

    private Fixtures() {}

    /// @param schema name of the schema it is for (`event`, `rest/problem`)
    /// @param name of the case
    public record Fixture(String schema, String name, Path file) {

        /// The bytes without the line feed that ends the file.
        public byte[] golden() {
            return text().stripTrailing().getBytes(StandardCharsets.UTF_8);
        }

        public String text() {
            try {
                return Files.readString(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        public JsonNode json() {
            try {
                return JSON.readTree(text());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public String toString() {
            return schema + "/" + name;
        }
    }

    public static List<Fixture> valid() {
        return all("valid");
    }

    public static List<Fixture> invalid() {
        return all("invalid");
    }

    public static List<Fixture> valid(String schema) {
        return of(valid(), schema);
    }

    public static List<Fixture> invalid(String schema) {
        return of(invalid(), schema);
    }

    private static List<Fixture> of(List<Fixture> all, String schema) {
        List<Fixture> some =
                all.stream().filter(fixture -> fixture.schema().equals(schema)).toList();
        if (some.isEmpty()) {
            throw new IllegalStateException("no fixtures of " + schema);
        }
        return some;
    }

    private static List<Fixture> all(String verdict) {
        Path folder = FOLDER.resolve(verdict);
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .sorted()
                    .map(file -> {
                        Path relative = folder.relativize(file);
                        String name = file.getFileName().toString();
                        return new Fixture(
                                String.valueOf(relative.getParent()).replace('\\', '/'),
                                name.substring(0, name.length() - ".json".length()),
                                file);
                    })
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
