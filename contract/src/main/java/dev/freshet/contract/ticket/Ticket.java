package dev.freshet.contract.ticket;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/// A connection ticket: 256 random bits that open one connection within 30 seconds.
///
/// Redis holds only its SHA-256, so that nobody who reads Redis can use one.
///
/// @param text 43 characters of base64url
public record Ticket(String text) {

    /// Seconds from issue to expiry.
    public static final int LIFE_SECONDS = 30;

    private static final int LENGTH = 43;

    public static Ticket random(RandomGenerator secureRandom) {
        byte[] bits = new byte[32];
        secureRandom.nextBytes(bits);
        return new Ticket(Base64.getUrlEncoder().withoutPadding().encodeToString(bits));
    }

    /// Whether `text` has a ticket's form; what has not need not be looked up.
    public static boolean isWellFormed(String text) {
        if (text.length() != LENGTH) {
            return false;
        }
        for (int i = 0; i < LENGTH; i++) {
            char c = text.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_')) {
                return false;
            }
        }
        return true;
    }

    /// SHA-256 of the text, hexadecimal.
    public String hash() {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /// Never the secret itself: it would end up in a log.
    @Override
    public String toString() {
        return "Ticket[…]";
    }
}
