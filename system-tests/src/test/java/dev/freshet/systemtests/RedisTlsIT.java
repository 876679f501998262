package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.testkit.Ports;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A Redis with TLS, whose certificate is for `localhost` and not for `127.0.0.1`, where it is as well.
@Tag("calm")
final class RedisTlsIT {

    /// The two ways to tell Quarkus about an authority of one's own.
    private enum Way {
        NAMED_CONFIGURATION("QUARKUS_TLS_REDIS_TRUST_STORE_PEM_CERTS", "QUARKUS_REDIS_TLS_CONFIGURATION_NAME", "redis"),
        SETTINGS_OF_THE_CLIENT("QUARKUS_REDIS_TLS_TRUST_CERTIFICATE_PEM_CERTS", "QUARKUS_REDIS_TLS_ENABLED", "true");

        private final String certificate;
        private final String name;
        private final String value;

        Way(String certificate, String name, String value) {
            this.certificate = certificate;
            this.name = name;
            this.value = value;
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void onlyTheHostThatTheCertificateNamesIsBelieved(Way way, @TempDir Path folder) throws Exception {
        Path certificate = folder.resolve("certificate.pem");
        Path key = folder.resolve("key.pem");
        makeCertificate(certificate, key);
        String port = Integer.toString(Ports.free());
        try (Deployment deployment = Deployment.withoutServices(
                "redis-tls-" + way.ordinal(),
                1,
                "--tls-port",
                port,
                "--tls-cert-file",
                certificate.toString(),
                "--tls-key-file",
                key.toString(),
                "--tls-auth-clients",
                "no")) {
            Replica right = deployment.launch(Service.EVENTS, 1, settings(way, "localhost", port, certificate));
            Replica wrong = deployment.launch(Service.EVENTS, 1, settings(way, "127.0.0.1", port, certificate));

            right.awaitReady();
            Patience.await("a refusal")
                    .until(() -> wrong.child().logLines().stream().anyMatch(RedisTlsIT::refusesTheName));

            assertThat(wrong.isReady()).isFalse();
        }
    }

    private static boolean refusesTheName(String line) {
        return line.contains("Redis cannot be asked") && line.contains("No subject alternative names");
    }

    private static Map<String, String> settings(Way way, String host, String port, Path certificate) {
        return Map.of(
                "QUARKUS_REDIS_HOSTS",
                "rediss://" + host + ":" + port,
                way.name,
                way.value,
                way.certificate,
                certificate.toString());
    }

    private static void makeCertificate(Path certificate, Path key) throws Exception {
        Process openssl = new ProcessBuilder(List.of(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=redis",
                        "-addext",
                        "subjectAltName=DNS:localhost",
                        "-keyout",
                        key.toString(),
                        "-out",
                        certificate.toString()))
                .redirectErrorStream(true)
                .start();
        String said = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(openssl.waitFor()).as(said).isZero();
    }
}
