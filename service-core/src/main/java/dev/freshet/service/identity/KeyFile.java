package dev.freshet.service.identity;

import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import io.smallrye.jwt.util.KeyUtils;
import io.smallrye.jwt.util.ResourceUtils;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jspecify.annotations.Nullable;

/// The file with the key that tokens are signed with, looked at when a service starts.
///
/// The parser of tokens reads it with the first token, and takes one that cannot be used for a token's fault: the
/// service would be ready, and answer everybody with a 401. What is a key here is what it is there, and is read by
/// the same library.
final class KeyFile {

    private static final String SETTING = "mp.jwt.verify.publickey.location";

    private KeyFile() {}

    /// @param location as the setting has it: `file:`, `classpath:` or a path
    /// @param accepted the algorithms that tokens may be signed with; asked for when the file is read, for
    /// the library that knows them refuses a file that is missing without naming it
    /// @throws IllegalStateException with a sentence that names setting and file, if no token could be verified
    static void check(String location, Supplier<Set<SignatureAlgorithm>> accepted) {
        String content = read(location);
        if (content.contains("PRIVATE KEY-----")) {
            throw new IllegalStateException(
                    location + " (" + SETTING + ") is a private key: the services need the public one, and no other");
        }
        Set<SignatureAlgorithm> algorithms = accepted.get();
        boolean usable = algorithms.stream()
                .anyMatch(algorithm -> fits(publicKey(content, algorithm), algorithm)
                        || fits(certificate(content), algorithm)
                        || webKeys(content).stream().anyMatch(key -> fits(key, algorithm)));
        if (!usable) {
            throw new IllegalStateException(location + " (" + SETTING + ") is no key for "
                    + String.join(
                            ", ",
                            algorithms.stream()
                                    .map(SignatureAlgorithm::getAlgorithm)
                                    .sorted()
                                    .toList())
                    + " (mp.jwt.verify.publickey.algorithm): it must be a public key or a certificate as PEM, or a"
                    + " set of JSON Web Keys");
        }
    }

    private static String read(String location) {
        String content;
        try {
            content = ResourceUtils.readResource(location.strip());
        } catch (IOException | RuntimeException e) {
            content = null;
        }
        if (content == null) {
            throw new IllegalStateException(
                    location + " (" + SETTING + ") cannot be read: it is not there, or not for this user");
        }
        return content;
    }

    private static @Nullable Key publicKey(String content, SignatureAlgorithm algorithm) {
        try {
            return KeyUtils.decodePublicKey(content, algorithm);
        } catch (GeneralSecurityException | RuntimeException e) {
            return null;
        }
    }

    private static @Nullable Key certificate(String content) {
        try {
            return KeyUtils.getCertificate(content).getPublicKey();
        } catch (GeneralSecurityException | RuntimeException e) {
            return null;
        }
    }

    /// As they are, or in Base64.
    private static List<JsonWebKey> webKeys(String content) {
        List<JsonWebKey> plain = parsed(content);
        if (!plain.isEmpty()) {
            return plain;
        }
        try {
            return parsed(new String(Base64.getUrlDecoder().decode(content.strip()), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return List.of();
        }
    }

    private static List<JsonWebKey> parsed(String json) {
        try {
            List<JsonWebKey> keys = KeyUtils.loadJsonWebKeys(json);
            return keys == null ? List.of() : keys;
        } catch (RuntimeException e) {
            // It casts what it expects to find.
            return List.of();
        }
    }

    private static boolean fits(JsonWebKey key, SignatureAlgorithm algorithm) {
        return key instanceof PublicJsonWebKey pair
                && (key.getAlgorithm() == null || key.getAlgorithm().equals(algorithm.getAlgorithm()))
                && fits(pair.getPublicKey(), algorithm);
    }

    /// An elliptic key is for the algorithm of its curve only.
    private static boolean fits(@Nullable Key key, SignatureAlgorithm algorithm) {
        return switch (algorithm) {
            case RS256, RS384, RS512, PS256, PS384, PS512 -> isOf(key, "RSA");
            case ES256 -> isElliptic(key, 256);
            case ES384 -> isElliptic(key, 384);
            case ES512 -> isElliptic(key, 521);
            case EDDSA -> isOf(key, "EdDSA");
            // With a secret; what is in this file is told to everybody.
            case HS256, HS384, HS512 -> false;
        };
    }

    private static boolean isOf(@Nullable Key key, String family) {
        return key != null && key.getAlgorithm().equals(family);
    }

    private static boolean isElliptic(@Nullable Key key, int bits) {
        return key instanceof ECPublicKey elliptic
                && elliptic.getParams().getCurve().getField().getFieldSize() == bits;
    }
}
