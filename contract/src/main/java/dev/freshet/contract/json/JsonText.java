package dev.freshet.contract.json;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.Limits;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// One JSON value as minified UTF-8: valid by RFC 8259, of bounded size and depth, with numbers of bounded length,
/// and without a raw line break, so that it can stand in an SSE `data:` line or inside another JSON text as it is.
///
/// Immutable as long as nobody writes to the array of [#utf8()], which is shared and not copied: this is the
/// delivery path. Safe for any thread.
public final class JsonText {

    private final byte[] utf8;

    private JsonText(byte[] utf8) {
        this.utf8 = utf8;
    }

    /// Checks and minifies a payload.
    ///
    /// @throws ContractViolation (field `payload`) if the text is not JSON, not UTF-8, deeper than
    ///     [Limits#MAX_PAYLOAD_DEPTH], has a number of more digits than [Limits#MAX_NUMBER_DIGITS] or is,
    ///     minified, larger than [Limits#MAX_PAYLOAD_BYTES]
    public static JsonText payload(byte[] utf8) {
        return payload(utf8, 0, utf8.length);
    }

    /// The same for a part of an array: bytes `from` (inclusive) to `to` (exclusive).
    public static JsonText payload(byte[] utf8, int from, int to) {
        return bounded(utf8, from, to, Limits.MAX_PAYLOAD_BYTES, Limits.MAX_PAYLOAD_DEPTH);
    }

    /// The same for text.
    public static JsonText payload(String text) {
        return payload(text.getBytes(StandardCharsets.UTF_8));
    }

    /// The content of a document in a part of an array: a payload that leaves room for what its edit's event adds
    /// ([Limits#MAX_CONTENT_BYTES], [Limits#MAX_CONTENT_DEPTH]).
    ///
    /// @throws ContractViolation (field `payload`)
    public static JsonText content(byte[] utf8, int from, int to) {
        return bounded(utf8, from, to, Limits.MAX_CONTENT_BYTES, Limits.MAX_CONTENT_DEPTH);
    }

    private static JsonText bounded(byte[] utf8, int from, int to, int maxBytes, int maxDepth) {
        byte[] minified = JsonScanner.minify(utf8, from, to, maxDepth);
        if (minified.length > maxBytes) {
            throw new ContractViolation("payload", "must be at most " + maxBytes + " bytes of JSON");
        }
        return new JsonText(minified);
    }

    /// The bytes; must not be written to.
    public byte[] utf8() {
        return utf8;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonText json && Arrays.equals(utf8, json.utf8);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(utf8);
    }

    @Override
    public String toString() {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
