package dev.freshet.service.identity;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Tokens that were found good, so that a publisher's is not checked anew with each of its requests: a signature
/// costs more than all the rest of a publish.
///
/// A token is known by its SHA-256, so that a dump of the heap holds none, and no comparison tells by its time
/// how much of a forged one is right. What is remembered is only what cannot change: that these bytes were signed
/// with this key, and what they say. Whether the key still counts, whether the token has ended and whether its
/// user was disconnected is asked each time. What was refused is not remembered.
///
/// Bounded: when the younger half is full, it takes the place of the older half, whose tokens that were not seen
/// since then are forgotten. Safe for any thread.
final class CheckedTokens {

    /// Besides its text, about what a token takes of the heap: grants are of the text's size.
    private static final int TOKEN_BYTES = 500;

    /// The SHA-256 of a token.
    record Id(long a, long b, long c, long d) {

        /// @param text ASCII
        static Id of(String text) {
            try {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.ISO_8859_1));
                ByteBuffer words = ByteBuffer.wrap(digest);
                return new Id(words.getLong(), words.getLong(), words.getLong(), words.getLong());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }
    }

    /// @param caller whom it names
    /// @param keyId as its header says
    /// @param key with which its signature was checked; `null` if it is a file's, which does not change
    /// @param at when it was checked, ms since 1970
    record Checked(
            Caller caller, @Nullable String keyId, @Nullable PublicKey key, long at) {}

    private record Half(ConcurrentMap<Id, Checked> tokens, AtomicLong bytes) {
        static Half empty() {
            return new Half(new ConcurrentHashMap<>(), new AtomicLong());
        }
    }

    private record Halves(Half young, Half old) {}

    private final long halfBytes;
    private volatile Halves halves = new Halves(Half.empty(), Half.empty());

    /// @param maxBytes about what all tokens may take of the heap
    CheckedTokens(long maxBytes) {
        this.halfBytes = maxBytes / 2;
    }

    /// What was found out about a token, if that holds now: a good one stays good until it ends. Before the
    /// moment at which it was checked, as a clock may say that was set back, it may not have begun.
    @Nullable
    Checked find(Id id, String token, long now) {
        Halves both = halves;
        Checked known = both.young.tokens.get(id);
        if (known == null) {
            known = both.old.tokens.get(id);
            if (known != null) {
                remember(id, token, known);
            }
        }
        return known != null && known.at <= now && now < known.caller.expiresAt() ? known : null;
    }

    void remember(Id id, String token, Checked checked) {
        Halves both = halves;
        Half young = both.young;
        if (young.tokens.put(id, checked) == null
                && young.bytes.addAndGet(2L * token.length() + TOKEN_BYTES) > halfBytes
                && halves == both) {
            // Two threads may do so at once, and what the first remembered since then is forgotten: no harm.
            halves = new Halves(Half.empty(), young);
        }
    }

    /// Tokens that are remembered; one in both halves counts twice.
    int size() {
        Halves both = halves;
        return both.young.tokens.size() + both.old.tokens.size();
    }
}
