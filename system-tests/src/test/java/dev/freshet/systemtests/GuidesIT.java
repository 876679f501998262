package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whoever pastes the commands of the guides gets what the guides show. [Guide] says how a page is read.
///
/// What a block prints stands in the `text` behind it, with `…` for what is different each time; a block without
/// one prints nothing. Each block succeeds.
@Tag("calm")
final class GuidesIT {

    /// Code of a browser's page, and what would start Freshet itself.
    private static final int MOST_NOT_RUN = 5;

    private static final Path WORK = Service.logFolder("guides-work");
    private static final String DEV_ISSUER = "https://freshet.dev/dev";
    private static final boolean HAS_NODE = isOnPath("node");

    private static Deployment deployment;

    @BeforeAll
    static void start() throws Exception {
        copyTaskRunner();
        // The first token makes the keys.
        Process token = new ProcessBuilder("./dev", "token", "anyone")
                .directory(WORK.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(token.waitFor(30, TimeUnit.SECONDS) && token.exitValue() == 0)
                .as("./dev token")
                .isTrue();
        Path key = WORK.resolve(".dev/keys/public.pem");
        Plan plan = Plan.of("guides", 1)
                .with("MP_JWT_VERIFY_PUBLICKEY_LOCATION", key.toUri().toString())
                .with("MP_JWT_VERIFY_ISSUER", DEV_ISSUER)
                .with(Service.PUSH, "FRESHET_PUSH_INBOUND_TYPES", "game-move");
        for (Service service : Service.values()) {
            plan = plan.replicas(service, 1);
        }
        // curl shows its progress where its output is no terminal.
        Files.writeString(WORK.resolve(".curlrc"), "no-progress-meter\n");
        deployment = Deployment.start(plan);
        if (!HAS_NODE) {
            System.out.println("GUIDES there is no node on the PATH, so what the guides run with it is left out.");
        }
    }

    @AfterAll
    static void stop() {
        deployment.close();
    }

    static List<Guide> pages() throws IOException {
        try (Stream<Path> guides = Files.list(Service.root().resolve("docs/guides"))) {
            return Stream.concat(
                            Stream.of(Service.root().resolve("README.md")),
                            guides.filter(page -> page.toString().endsWith(".md"))
                                    .sorted())
                    .map(Guide::read)
                    .toList();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    void whatAPageSaysIsWhatHappens(Guide guide) {
        Map<String, Terminal> terminals = new HashMap<>();
        try {
            List<Guide.Step> steps = guide.steps().stream()
                    .filter(step -> HAS_NODE || !step.needsNode())
                    .toList();
            for (int i = 0; i < steps.size(); i++) {
                Guide.Step step = steps.get(i);
                String where = guide + ":" + step.line();
                switch (step) {
                    case Guide.Save save -> save(save.file(), save.content());
                    case Guide.Type type ->
                        terminal(terminals, guide, type.terminal()).type(here(type.lines()));
                    case Guide.See see -> expect(where, terminal(terminals, guide, see.terminal()), see.expected());
                    case Guide.Paste paste -> {
                        Terminal terminal = terminal(terminals, guide, paste.terminal());
                        if (paste.terminal().equals(Guide.FIRST)) {
                            run(where, terminal, here(paste.script()));
                            if (i + 1 == steps.size() || !isOutputOf(paste, steps.get(i + 1))) {
                                expect(where, terminal, "");
                            }
                        } else {
                            terminal.type(here(paste.script()));
                        }
                    }
                }
            }
            terminals.forEach((name, terminal) -> assertThat(terminal.unseen())
                    .as("%s: what nobody was told that %s shows; %s", guide, name, terminal.errors())
                    .isEmpty());
        } finally {
            terminals.values().forEach(Terminal::close);
        }
    }

    @Test
    void fewBlocksAreOnlyForReading() throws IOException {
        List<String> notRun =
                pages().stream().flatMap(guide -> guide.notRun().stream()).toList();

        System.out.println("GUIDES blocks that are not run: " + String.join(", ", notRun));
        assertThat(notRun).hasSizeLessThanOrEqualTo(MOST_NOT_RUN);
    }

    private static void run(String where, Terminal terminal, String script) {
        int status = terminal.run(script);
        assertThat(status)
                .as(
                        "%s: exit status of%n%s%nwhich printed%n%s%n%s",
                        where, script, terminal.unseen(), terminal.errors())
                .isZero();
    }

    private static boolean isOutputOf(Guide.Paste paste, Guide.Step next) {
        return next instanceof Guide.See see && see.terminal().equals(paste.terminal());
    }

    private static void expect(String where, Terminal terminal, String expected) {
        Pattern pattern = Pattern.compile(
                Stream.of(expected.split("…", -1)).map(Pattern::quote).collect(Collectors.joining("[^\n]*")));
        try {
            Patience.await(where).until(() -> terminal.see(pattern));
        } catch (ConditionTimeoutException e) {
            assertThat(terminal.unseen()).as(where + "; " + terminal.errors()).isEqualTo(expected);
        }
    }

    private static Terminal terminal(Map<String, Terminal> terminals, Guide guide, String name) {
        return terminals.computeIfAbsent(name, opened -> Terminal.open(guide + "-" + opened, WORK, environment()));
    }

    /// The ports of `./dev up` are those of this deployment here.
    private static String here(String text) {
        return text.replace("localhost:8080", "localhost:" + deployment.proxy().port())
                .replace("6390", Integer.toString(deployment.redis().port()));
    }

    private static Map<String, String> environment() {
        String javaHome = System.getProperty("java.home");
        return Map.of(
                "JAVA_HOME",
                javaHome,
                "PATH",
                Path.of(javaHome, "bin") + File.pathSeparator + System.getenv("PATH"),
                "CURL_HOME",
                WORK.toString(),
                // redis-cli writes what it writes to a terminal.
                "FAKETTY",
                "1",
                "FRESHET_PORT",
                Integer.toString(deployment.proxy().port()),
                "FRESHET_REDIS_PORT",
                Integer.toString(deployment.redis().port()));
    }

    private static void save(String file, String content) {
        try {
            Files.writeString(WORK.resolve(file), here(content) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// `./dev` as it is, in a folder of its own: so are its keys, and a developer's `./dev up` is left alone.
    private static void copyTaskRunner() throws IOException {
        Path scripts = WORK.resolve("scripts/dev");
        Files.createDirectories(scripts);
        Files.copy(
                Service.root().resolve("dev"),
                WORK.resolve("dev"),
                StandardCopyOption.REPLACE_EXISTING,
                StandardCopyOption.COPY_ATTRIBUTES);
        List<Path> parts = new ArrayList<>();
        try (Stream<Path> all = Files.list(Service.root().resolve("scripts/dev"))) {
            all.forEach(parts::add);
        }
        for (Path part : parts) {
            Files.copy(part, scripts.resolve(part.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static boolean isOnPath(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
