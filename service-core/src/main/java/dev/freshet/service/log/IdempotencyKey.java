package dev.freshet.service.log;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// What makes two requests the same one.
///
/// @param hash of who sent it and the key they gave
/// @param fingerprint of what they asked for: the same key with another one is a mistake
public record IdempotencyKey(String hash, String fingerprint) {

    /// How long the first answer is remembered, seconds.
    public static final int LIFE_SECONDS = 600;

    /// @param subject whose key it is; another's equal key is another key
    /// @param key as given
    /// @param request all that the answer depends on
    public static IdempotencyKey of(String subject, String key, byte[]... request) {
        return new IdempotencyKey(
                sha256(subject.getBytes(StandardCharsets.UTF_8), key.getBytes(StandardCharsets.UTF_8)),
                sha256(request));
    }

    private static String sha256(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
                digest.update((byte) 0);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
