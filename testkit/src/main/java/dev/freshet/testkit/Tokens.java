package dev.freshet.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/// An identity provider of one test: a key pair of its own and the tokens signed with it (RS256).
///
/// It builds tokens by hand, byte for byte, so that tests can also make the wrong ones.
public final class Tokens {

    public static final String ISSUER = "https://issuer.test";
    public static final String AUDIENCE = "freshet";

    private final KeyPair keys;
    private final Path publicKey;
    private final String algorithm;

    private Tokens(KeyPair keys, Path publicKey, String algorithm) {
        this.keys = keys;
        this.publicKey = publicKey;
        this.algorithm = algorithm;
    }

    /// With an RSA key, for RS256.
    public static Tokens create() {
        return create("RSA", 2048, "RS256");
    }

    /// With an elliptic key, for ES256.
    public static Tokens elliptic() {
        return create("EC", 256, "ES256");
    }

    private static Tokens create(String family, int bits, String algorithm) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(family);
            generator.initialize(bits);
            KeyPair keys = generator.generateKeyPair();
            Path file = Files.createTempFile("freshet-public", ".pem");
            file.toFile().deleteOnExit();
            String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'})
                    .encodeToString(keys.getPublic().getEncoded());
            Files.writeString(file, "-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n");
            return new Tokens(keys, file, algorithm);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The public key as PEM, for `mp.jwt.verify.publickey.location`.
    public Path publicKeyFile() {
        return publicKey;
    }

    public PublicKey publicKey() {
        return keys.getPublic();
    }

    /// Signs what a token says, whatever that is.
    ///
    /// @param header JSON
    /// @param claims JSON
    public String sign(String header, String claims) {
        String signed =
                base64(header.getBytes(StandardCharsets.UTF_8)) + "." + base64(claims.getBytes(StandardCharsets.UTF_8));
        try {
            Signature signature =
                    Signature.getInstance(algorithm.equals("ES256") ? "SHA256withECDSAinP1363Format" : "SHA256withRSA");
            signature.initSign(keys.getPrivate());
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + base64(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /// Settings with which a service accepts these tokens.
    public Map<String, String> settings() {
        return Map.of(
                "mp.jwt.verify.publickey.location", publicKey.toUri().toString(),
                "mp.jwt.verify.issuer", ISSUER,
                "mp.jwt.verify.audiences", AUDIENCE);
    }

    /// A token of an ordinary user; change what a test is about.
    public Builder user(String id) {
        return new Builder().claim("sub", id);
    }

    /// Claims to be signed.
    public final class Builder {

        private final Map<String, Object> claims = new LinkedHashMap<>();
        private String header = "{\"alg\":\"" + algorithm + "\",\"typ\":\"JWT\"}";

        private Builder() {
            claim("iss", ISSUER);
            claim("aud", AUDIENCE);
            claim("jti", UUID.randomUUID().toString());
            claim("iat", Instant.now().getEpochSecond());
            expiresIn(Duration.ofMinutes(10));
        }

        /// @param value text, a number or a list of text
        public Builder claim(String name, Object value) {
            claims.put(name, value);
            return this;
        }

        public Builder without(String name) {
            claims.remove(name);
            return this;
        }

        public Builder channels(String... patterns) {
            return claim("channels", List.of(patterns));
        }

        public Builder publish(String... patterns) {
            return claim("publish", List.of(patterns));
        }

        public Builder groups(String... groups) {
            return claim("groups", List.of(groups));
        }

        public Builder expiresIn(Duration life) {
            return claim("exp", Instant.now().plus(life).getEpochSecond());
        }

        public Builder header(String json) {
            header = json;
            return this;
        }

        /// Names the key in the header.
        public Builder keyId(String id) {
            return header("{\"alg\":\"" + algorithm + "\",\"kid\":\"" + id + "\"}");
        }

        public String sign() {
            return Tokens.this.sign(header, json(claims));
        }

        /// Header and claims, without a signature.
        public String unsigned() {
            return base64(header.getBytes(StandardCharsets.UTF_8))
                    + "."
                    + base64(json(claims).getBytes(StandardCharsets.UTF_8));
        }

        private static String json(Object value) {
            return switch (value) {
                case Map<?, ?> map ->
                    map.entrySet().stream()
                            .map(entry -> "\"" + entry.getKey() + "\":" + json(entry.getValue()))
                            .collect(Collectors.joining(",", "{", "}"));
                case List<?> list -> list.stream().map(Builder::json).collect(Collectors.joining(",", "[", "]"));
                case Number number -> number.toString();
                default -> "\"" + value.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
            };
        }
    }
}
