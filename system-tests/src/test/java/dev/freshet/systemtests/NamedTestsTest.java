package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Pages that name a test for what they say must not name one that is gone.
final class NamedTestsTest {

    private static final Pattern NAME = Pattern.compile("`([A-Z][A-Za-z0-9]+(?:Test|IT))(?:\\.([a-zA-Z0-9]+))?`");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "docs/reference/tests.md",
                "docs/concepts/security.md",
                "docs/concepts/delivery.md",
                "docs/concepts/presence.md"
            })
    void everyTestThatAPageNamesIsThere(String page) throws IOException {
        List<String> missing = new ArrayList<>();
        Matcher names = NAME.matcher(Files.readString(Service.root().resolve(page)));
        int count = 0;
        while (names.find()) {
            count++;
            List<String> sources = sources(names.group(1));
            String method = names.group(2);
            if (sources.stream().noneMatch(source -> method == null || source.contains("void " + method + "("))) {
                missing.add(names.group());
            }
        }
        assertThat(count).isPositive();
        assertThat(missing).isEmpty();
    }

    /// Of all classes with this name: several modules may have one.
    private static List<String> sources(String name) throws IOException {
        List<String> sources = new ArrayList<>();
        try (Stream<Path> modules = Files.list(Service.root())) {
            for (Path module : modules.toList()) {
                Path tests = module.resolve("src/test/java");
                if (Files.isDirectory(tests)) {
                    try (Stream<Path> files = Files.walk(tests)) {
                        for (Path file : files.filter(
                                        each -> each.getFileName().toString().equals(name + ".java"))
                                .toList()) {
                            sources.add(Files.readString(file));
                        }
                    }
                }
            }
        }
        return sources;
    }
}
