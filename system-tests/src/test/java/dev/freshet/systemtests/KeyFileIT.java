package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A service that could believe no token must not become ready and answer everybody with a 401.
@Tag("calm")
final class KeyFileIT {

    /// From its first words: how long a JVM takes to say them is the machine's affair.
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    @Test
    void aServiceWithoutTheKeyThatItIsToldOfDoesNotStart() throws InterruptedException {
        Path missing = folder.resolve("public.pem");
        try (Deployment deployment = Deployment.withoutServices("key-file-missing", 1)) {
            List<Replica> all = Stream.of(Service.values())
                    .map(service -> launch(deployment, service, missing))
                    .toList();
            for (Replica replica : all) {
                assertRefuses(replica, missing, "cannot be read");
            }
        }
    }

    @Test
    void aServiceWithAKeyThatIsNoneOrNotTheRightOneDoesNotStart() throws Exception {
        Path garbage = Files.writeString(folder.resolve("garbage.pem"), "no key at all\n");
        Path secret = Files.writeString(folder.resolve("secret.pem"), privateKey());
        try (Deployment deployment = Deployment.withoutServices("key-file-wrong", 1)) {
            Replica one = launch(deployment, Service.TICKET, garbage);
            Replica other = launch(deployment, Service.PUSH, secret);
            assertRefuses(one, garbage, "is no key for RS256 (mp.jwt.verify.publickey.algorithm)");
            assertRefuses(other, secret, "is a private key");
            String line = Files.readAllLines(secret).get(1);
            assertThat(other.child().logLines()).noneMatch(said -> said.contains(line));
        }
    }

    private static Replica launch(Deployment deployment, Service service, Path key) {
        return deployment.launch(
                service,
                1,
                Map.of("MP_JWT_VERIFY_PUBLICKEY_LOCATION", key.toUri().toString()));
    }

    private static void assertRefuses(Replica replica, Path key, String why) throws InterruptedException {
        replica.child().awaitFirstWords();
        assertThat(replica.child().awaitExit(LIMIT)).isNotZero();
        assertThat(replica.child().logLines())
                .as(replica.child().name())
                .filteredOn(line -> line.contains("Cannot start: "))
                .singleElement()
                .asString()
                .contains("mp.jwt.verify.publickey.location")
                .contains(key.toString())
                .contains(why);
        assertThat(replica.child().logLines()).noneMatch(line -> line.contains("Exception"));
    }

    private static String privateKey() throws GeneralSecurityException {
        byte[] key = KeyPairGenerator.getInstance("RSA")
                .generateKeyPair()
                .getPrivate()
                .getEncoded();
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key)
                + "\n-----END PRIVATE KEY-----\n";
    }
}
