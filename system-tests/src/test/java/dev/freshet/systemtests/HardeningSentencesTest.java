package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Tests that stop an attack say which: `Stops …`, in the comment above them or above their class.
final class HardeningSentencesTest {

    private static final Pattern TEST =
            Pattern.compile(" *@(?:Test|ParameterizedTest|RepeatedTest|TestFactory|TestTemplate|Property)\\b.*");

    private static final Pattern CLASS = Pattern.compile("(?:final |public )*class (\\w+).*");

    private static final Pattern METHOD = Pattern.compile(" *(?:public )?(?:void|\\S+) (\\w+)\\(.*");

    private static final Pattern NAME = Pattern.compile("`([A-Z][A-Za-z]+(?:Test|IT))`");

    @Test
    void everyHardeningTestSaysWhatItStops() throws IOException {
        List<String> silent = new ArrayList<>();
        int tests = 0;
        for (Path file : sources()) {
            if (name(file).endsWith("HardeningTest")) {
                List<Declared> declared = declared(Files.readString(file));
                tests += declared.size();
                declared.stream()
                        .filter(test -> !test.saysWhatItStops())
                        .forEach(test -> silent.add(name(file) + "." + test.name()));
            }
        }
        assertThat(tests).isGreaterThan(100);
        assertThat(silent).isEmpty();
    }

    @Test
    void everyTestThatThePageOnSecurityNamesSaysWhatItStops() throws IOException {
        String page = Files.readString(Service.root().resolve("docs/concepts/security.md"));
        Set<String> named = new HashSet<>();
        NAME.matcher(page.substring(page.indexOf("## Attack and test")))
                .results()
                .forEach(found -> named.add(found.group(1)));
        List<String> silent = new ArrayList<>();
        for (Path file : sources()) {
            if (named.contains(name(file)) && !saysWhatItStops(Files.readString(file))) {
                silent.add(name(file));
            }
        }
        assertThat(named).hasSizeGreaterThan(20);
        assertThat(silent).isEmpty();
    }

    private record Declared(String name, boolean saysWhatItStops) {}

    /// The tests of a source. What belongs to a declaration stands right above it, without an empty line.
    private static List<Declared> declared(String source) {
        List<Declared> tests = new ArrayList<>();
        boolean all = false;
        boolean says = false;
        boolean test = false;
        for (String line : source.lines().toList()) {
            says |= saysWhatItStops(line);
            test |= TEST.matcher(line).matches();
            Matcher method = METHOD.matcher(line);
            if (line.isBlank()) {
                says = false;
                test = false;
            } else if (CLASS.matcher(line).matches()) {
                all = says;
            } else if (test && method.matches()) {
                tests.add(new Declared(method.group(1), all || says));
                test = false;
            }
        }
        return tests;
    }

    private static boolean saysWhatItStops(String text) {
        return text.lines().anyMatch(line -> line.strip().startsWith("/// Stops "));
    }

    private static String name(Path file) {
        return file.getFileName().toString().replace(".java", "");
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        try (Stream<Path> modules = Files.list(Service.root())) {
            for (Path module : modules.toList()) {
                Path tests = module.resolve("src/test/java");
                if (Files.isDirectory(tests)) {
                    try (Stream<Path> files = Files.walk(tests)) {
                        files.filter(each -> each.toString().endsWith(".java")).forEach(sources::add);
                    }
                }
            }
        }
        return sources;
    }
}
