package dev.freshet.contract.json;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Writes minified JSON, field by field, straight to UTF-8: no tree, no reflection (so nothing to register for a
/// native image), and payloads go in as the bytes they are.
///
/// Not thread-safe; one instance writes one text. The caller keeps objects and arrays balanced.
public final class JsonBytes {

    private byte[] bytes;
    private int length;
    private boolean comma;

    public JsonBytes() {
        this(256);
    }

    /// @param capacity expected size in bytes; it grows on demand
    public JsonBytes(int capacity) {
        bytes = new byte[Math.max(16, capacity)];
    }

    public JsonBytes beginObject() {
        separate();
        put('{');
        comma = false;
        return this;
    }

    public JsonBytes endObject() {
        put('}');
        comma = true;
        return this;
    }

    public JsonBytes beginArray() {
        separate();
        put('[');
        comma = false;
        return this;
    }

    public JsonBytes endArray() {
        put(']');
        comma = true;
        return this;
    }

    /// @param name a literal of ours: ASCII without anything to escape
    public JsonBytes key(String name) {
        separate();
        put('"');
        ascii(name);
        put('"');
        put(':');
        comma = false;
        return this;
    }

    /// Any text; escaped as needed.
    public JsonBytes text(String value) {
        separate();
        put('"');
        utf8(JsonStringEncoder.getInstance().quoteAsUTF8(value));
        put('"');
        comma = true;
        return this;
    }

    /// Text that by its grammar needs no escape: channel, type, id, cursor.
    public JsonBytes plain(String value) {
        separate();
        put('"');
        ascii(value);
        put('"');
        comma = true;
        return this;
    }

    public JsonBytes number(long value) {
        separate();
        ascii(Long.toString(value));
        comma = true;
        return this;
    }

    public JsonBytes bool(boolean value) {
        separate();
        ascii(value ? "true" : "false");
        comma = true;
        return this;
    }

    public JsonBytes json(JsonText value) {
        return raw(value.utf8());
    }

    /// A finished JSON value, minified already.
    public JsonBytes raw(byte[] value) {
        separate();
        utf8(value);
        comma = true;
        return this;
    }

    public JsonBytes texts(Iterable<String> values) {
        beginArray();
        values.forEach(this::text);
        return endArray();
    }

    /// The text so far; a copy of exactly its length.
    public byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    @Override
    public String toString() {
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private void separate() {
        if (comma) {
            put(',');
        }
    }

    private void put(char c) {
        ensure(1);
        bytes[length++] = (byte) c;
    }

    @SuppressWarnings("deprecation") // getBytes(int, int, byte[], int) is the one copy of ASCII without an object
    private void ascii(String text) {
        ensure(text.length());
        text.getBytes(0, text.length(), bytes, length);
        length += text.length();
    }

    private void utf8(byte[] value) {
        ensure(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
    }

    private void ensure(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
