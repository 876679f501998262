package dev.freshet.push.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.testkit.FreshetResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/// RFC 6455 as the Autobahn test suite sees it: its fuzzing client against an echo on our server, limits
/// included.
///
/// The suite is written in Python; it comes from Maven Central with an interpreter in Java (the profile
/// `conformance` puts both into `target/autobahn`) and runs in a process of its own. Its reports, one page a
/// case, are in `target/autobahn/reports`.
///
/// @see <a href="https://github.com/crossbario/autobahn-testsuite">Autobahn test suite</a>
@NullUnmarked // its fields are set before the test
@QuarkusTest
@TestProfile(AutobahnTest.Echo.class)
@WithTestResource(FreshetResource.class)
class AutobahnTest {

    /// Framing, pings, reserved bits, opcodes, fragments, UTF-8, close handshakes, sizes and round trips, odd
    /// chops.
    private static final List<String> CASES = List.of("1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.*", "10.*");

    /// Messages of 4 MiB and more: over the 1 MiB at which Vert.x ends the connection. 12 and 13, compression,
    /// are not in the list above: it is declined.
    private static final List<String> OVER_THE_LIMIT =
            List.of("9.1.4", "9.1.5", "9.1.6", "9.2.4", "9.2.5", "9.2.6", "9.3.*", "9.4.*");

    /// Minutes of counting bytes; they run with `./dev autobahn`.
    private static final List<String> SLOW =
            List.of("9.5.1", "9.5.2", "9.5.3", "9.6.1", "9.6.2", "9.6.3", "9.7.5", "9.7.6", "9.8.5", "9.8.6");

    private static final boolean ALL = Boolean.getBoolean("freshet.autobahn.all");

    /// What the suite does not like, and why it stays so: Vert.x takes a continuation for none if what came
    /// before it was empty, and drops the message. No client begins with an empty fragment.
    private static final Map<String, String> DEVIATIONS =
            Map.of("6.1.2", "FAILED, close OK", "6.1.3", "FAILED, close OK");

    /// `INFORMATIONAL` marks cases where the RFC leaves the choice, `NON-STRICT` those where a connection was
    /// failed a little sooner or later than it could be.
    private static final Set<String> GOOD = Set.of("OK", "INFORMATIONAL", "NON-STRICT");

    /// Seconds. The suite gives most cases one second, which a machine that does much else may take away; more
    /// time changes no verdict, it only costs the cases that end by a timer.
    private static final int PATIENCE = 5;

    private static final Path FOLDER = Path.of("target/autobahn").toAbsolutePath();
    private static final String CLIENT = """
            import json
            from autobahntestsuite import fuzzing, wstest

            def later(name):
                timer = getattr(fuzzing.FuzzingProtocol, name)
                setattr(fuzzing.FuzzingProtocol, name, lambda case, seconds: timer(case, seconds + %d))

            later('killAfter')
            later('closeAfter')
            wstest.start({'mode': 'fuzzingclient'}, json.load(open('spec.json')))
            """.formatted(PATIENCE);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern KEY = Pattern.compile("(?i)Sec-WebSocket-Key: *(\\S+)");

    @TestHTTPResource
    URI root;

    @Inject
    EchoEndpoint.Ended ended;

    public static final class Echo implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(EchoEndpoint.PROPERTY, "true");
        }
    }

    /// Stops whoever breaks the rules of framing from being read otherwise than by a proxy on the way, or from
    /// breaking the server.
    @Test
    void theServerKeepsToTheRfcWhateverAClientDoes() throws Exception {
        List<Path> jars = jars();
        assumeThat(jars)
                .as("the test suite is not in %s: run without -Dquick", FOLDER)
                .isNotEmpty();
        Map<String, JsonNode> results = run(jars, CASES);
        assertThat(results.size()).as("cases that ran").isGreaterThan(250);
        List<String> cut = results.entrySet().stream()
                .filter(result -> !isGood(result.getValue()) && isCutByClient(result.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        if (!cut.isEmpty()) {
            results.putAll(run(jars, cut));
        }

        Map<String, String> deviations = new TreeMap<>();
        results.forEach((number, result) -> {
            if (!isGood(result)) {
                deviations.put(
                        number,
                        result.path("behavior").asText() + ", close "
                                + result.path("behaviorClose").asText());
            }
        });
        assertThat(deviations).isEqualTo(DEVIATIONS);
    }

    private static boolean isGood(JsonNode result) {
        return GOOD.contains(result.path("behavior").asText())
                && GOOD.contains(result.path("behaviorClose").asText());
    }

    /// Whether the suite says that the server dropped the connection, and the server saw the client end it. It
    /// happened once, why is not known: such a verdict is about the suite's own end, so the case runs again.
    private boolean isCutByClient(JsonNode result) {
        String reason = result.path("wasNotCleanReason").asText();
        Matcher key = KEY.matcher(result.path("httpRequest").asText());
        return reason.contains("peer dropped") && key.find() && ended.byClient(key.group(1));
    }

    /// @return the report of each case, by its number
    private Map<String, JsonNode> run(List<Path> jars, List<String> cases) throws Exception {
        Files.write(FOLDER.resolve("spec.json"), JSON.writeValueAsBytes(specification(cases)));
        run(jars);
        Path reports = FOLDER.resolve("reports");
        Map<String, JsonNode> results = new TreeMap<>();
        JsonNode index = JSON.readTree(reports.resolve("index.json").toFile()).path("freshet");
        for (Map.Entry<String, JsonNode> result : index.properties()) {
            String file = result.getValue().path("reportfile").asText();
            results.put(result.getKey(), JSON.readTree(reports.resolve(file).toFile()));
        }
        return results;
    }

    private Map<String, Object> specification(List<String> cases) {
        return Map.of(
                "outdir",
                "reports",
                "options",
                Map.of("failByDrop", false, "closeHandshakeTimeout", PATIENCE, "serverConnectionDropTimeout", PATIENCE),
                "servers",
                List.of(Map.of("agent", "freshet", "url", "ws://127.0.0.1:" + root.getPort() + EchoEndpoint.PATH)),
                "cases",
                cases,
                "exclude-cases",
                ALL
                        ? OVER_THE_LIMIT
                        : Stream.concat(OVER_THE_LIMIT.stream(), SLOW.stream()).toList(),
                "exclude-agent-cases",
                Map.of());
    }

    private static List<Path> jars() throws IOException {
        if (!Files.isDirectory(FOLDER)) {
            return List.of();
        }
        try (var files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".jar")).toList();
        }
    }

    private static void run(List<Path> jars) throws Exception {
        Path output = FOLDER.resolve("output.txt");
        Process client = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        String.join(
                                System.getProperty("path.separator"),
                                jars.stream().map(Path::toString).toList()),
                        "-Dpython.cachedir.skip=true",
                        "org.python.util.jython",
                        "-c",
                        CLIENT)
                .directory(FOLDER.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(client.waitFor(10, TimeUnit.MINUTES)).as("it ends").isTrue();
            assertThat(client.exitValue()).as("exit code; see %s", output).isZero();
        } finally {
            client.destroyForcibly();
        }
    }
}
