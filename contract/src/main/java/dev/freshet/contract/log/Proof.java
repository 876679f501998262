package dev.freshet.contract.log;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// That an entry of a reserved type was appended by Freshet itself.
///
/// The scripts that append such an entry add a digest of its channel, type and payload under the partition's
/// secret, which only those can read who may read `state:{p}`. SHA-1, for Redis offers no other digest to
/// scripts; applied twice, so that nobody can lengthen a payload whose digest is known. Whoever may both read and
/// write the log can repeat an entry, not make one.
final class Proof {

    private Proof() {}

    /// Whether `proof` is that of the other three.
    static boolean holds(byte[] proof, String secret, byte[] channel, byte[] type, byte[] payload) {
        if (secret.isEmpty()) {
            return false;
        }
        MessageDigest sha1 = sha1();
        byte[] key = secret.getBytes(StandardCharsets.US_ASCII);
        sha1.update(key);
        sha1.update(channel);
        sha1.update((byte) ' ');
        sha1.update(type);
        sha1.update((byte) ' ');
        sha1.update(payload);
        byte[] inner = hex(sha1.digest());
        sha1.update(key);
        sha1.update(inner);
        return MessageDigest.isEqual(hex(sha1.digest()), proof);
    }

    private static byte[] hex(byte[] digest) {
        return HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII);
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }
}
