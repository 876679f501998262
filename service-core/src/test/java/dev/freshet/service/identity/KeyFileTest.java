package dev.freshet.service.identity;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.freshet.testkit.Tokens;
import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFileTest {

    private static final Set<SignatureAlgorithm> RS256 = EnumSet.of(SignatureAlgorithm.RS256);
    private static final Set<SignatureAlgorithm> ES256 = EnumSet.of(SignatureAlgorithm.ES256);
    private static final Tokens RSA = Tokens.create();
    private static final Tokens ELLIPTIC = Tokens.elliptic();

    /// Of a P-256 key; nobody looks at its dates.
    private static final String CERTIFICATE = """
            -----BEGIN CERTIFICATE-----
            MIIBczCCARmgAwIBAgIUNmxCGS6349OP+C3IuBsuXgQkmCEwCgYIKoZIzj0EAwIw
            DzENMAsGA1UEAwwEdGVzdDAeFw0yNjExMzAxNjE4MTNaFw0zNjExMjcxNjE4MTNa
            MA8xDTALBgNVBAMMBHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASEYBfR
            dzNPz6WI0Y6naC1iCqQ1rdoiNm1M8G/eSkSzDihfKoJaBTOJPUczInXbnKNIGrjJ
            UGt5npLZ7GRoxdYZo1MwUTAdBgNVHQ4EFgQUlbrFeIf3FsdHSi4Z5QcRXTzT51Aw
            HwYDVR0jBBgwFoAUlbrFeIf3FsdHSi4Z5QcRXTzT51AwDwYDVR0TAQH/BAUwAwEB
            /zAKBggqhkjOPQQDAgNIADBFAiAqxySALRUzSZjMgk2xM8/O2i8FPp8VYbTWRkrE
            cGxfdgIhALZ7iTxNxMwdh8M4Eda4l6DAtYji4hmKmnGgG7RtP1f7
            -----END CERTIFICATE-----
            """;

    @TempDir
    private Path folder;

    @Test
    void aPublicKeyOfTheAlgorithmIsTaken() throws IOException {
        taken(RSA.publicKeyFile(), RS256);
        taken(ELLIPTIC.publicKeyFile(), ES256);
        taken(ELLIPTIC.publicKeyFile(), EnumSet.of(SignatureAlgorithm.RS256, SignatureAlgorithm.ES256));
        taken(file(Files.readString(RSA.publicKeyFile()).replace("\n", "\r\n")), RS256);
    }

    @Test
    void aLocationMayBeAPathOrAUrl() {
        assertThatCode(() -> KeyFile.check(RSA.publicKeyFile().toUri().toString(), () -> RS256))
                .doesNotThrowAnyException();
        assertThatCode(() -> KeyFile.check("file:" + RSA.publicKeyFile(), () -> RS256))
                .doesNotThrowAnyException();
        assertThatCode(() -> KeyFile.check(RSA.publicKeyFile().toString(), () -> RS256))
                .doesNotThrowAnyException();
    }

    @Test
    void aCertificateIsTaken() throws IOException {
        taken(file(CERTIFICATE), ES256);
        refused(file(CERTIFICATE), RS256);
    }

    @Test
    void aKeyOrASetAsJsonIsTaken() throws IOException {
        String rsa = KeyServer.jwk("a", RSA);
        String elliptic = KeyServer.jwk("b", ELLIPTIC, "sig");
        String set = "{\"keys\":[" + rsa + "," + elliptic + "]}";
        taken(file(rsa), RS256);
        taken(file(set), RS256);
        taken(file(set), ES256);
        taken(file(Base64.getUrlEncoder().encodeToString(set.getBytes(StandardCharsets.UTF_8))), RS256);
        refused(file(rsa), ES256);
        refused(file(elliptic), RS256);
        refused(file("{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}"), RS256);
    }

    @Test
    void aKeyOfAnotherAlgorithmIsRefused() throws GeneralSecurityException, IOException {
        refused(RSA.publicKeyFile(), ES256);
        refused(ELLIPTIC.publicKeyFile(), RS256);
        refused(ELLIPTIC.publicKeyFile(), EnumSet.of(SignatureAlgorithm.ES384));
        refused(RSA.publicKeyFile(), EnumSet.of(SignatureAlgorithm.HS256));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "nonsense",
                "{}",
                "[]",
                "null",
                "{\"keys\":[]}",
                "{\"keys\":7}",
                "{\"keys\":[7]}",
                "{\"kty\":\"RSA\"}",
                "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
                "-----BEGIN PUBLIC KEY-----\nbm9uc2Vuc2U=\n-----END PUBLIC KEY-----\n",
                "-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----\n"
            })
    void whatIsNoKeyIsRefusedAndNamed(String content) throws IOException {
        refused(file(content), RS256);
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void aPrivateKeyIsRefusedForWhatItIs(Family family) throws GeneralSecurityException, IOException {
        KeyPair keys = KeyPairGenerator.getInstance(family.name()).generateKeyPair();
        Path file = file("-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(keys.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n");
        assertThatIllegalStateException()
                .isThrownBy(() -> KeyFile.check(file.toString(), () -> family == Family.RSA ? RS256 : ES256))
                .withMessage(file
                        + " (mp.jwt.verify.publickey.location) is a private key: the services need the public one, and"
                        + " no other");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:/nowhere/public.pem", "/nowhere/public.pem", "classpath:nowhere.pem", "nowhere.pem"})
    void aFileThatIsNotThereIsNamed(String location) {
        assertThatIllegalStateException()
                .isThrownBy(() -> KeyFile.check(location, () -> RS256))
                .withMessage(location
                        + " (mp.jwt.verify.publickey.location) cannot be read: it is not there, or not for this user");
    }

    @Test
    void aFolderIsNoFile() {
        assertThatIllegalStateException()
                .isThrownBy(() -> KeyFile.check(folder.toString(), () -> RS256))
                .withMessageContaining("cannot be read");
    }

    private enum Family {
        RSA,
        EC
    }

    private Path file(String content) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "key", ".pem"), content);
    }

    private static void taken(Path file, Set<SignatureAlgorithm> algorithms) {
        assertThatCode(() -> KeyFile.check(file.toString(), () -> algorithms)).doesNotThrowAnyException();
    }

    private static void refused(Path file, Set<SignatureAlgorithm> algorithms) {
        String name = algorithms.iterator().next().getAlgorithm();
        assertThatIllegalStateException()
                .isThrownBy(() -> KeyFile.check(file.toString(), () -> algorithms))
                .withMessage(file + " (mp.jwt.verify.publickey.location) is no key for " + name
                        + " (mp.jwt.verify.publickey.algorithm): it must be a public key or a certificate as PEM, or a"
                        + " set of JSON Web Keys");
    }
}
