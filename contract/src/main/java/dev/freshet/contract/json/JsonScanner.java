package dev.freshet.contract.json;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.Limits;
import java.util.Arrays;

/// Validates JSON (RFC 8259) and its UTF-8 in one pass over the bytes, without a token, string or number object.
///
/// A parser of the shelf would build what nobody reads: every pod checks every entry of the log, and all it needs
/// to know is that the bytes are JSON. A property test holds it against Jackson.
final class JsonScanner {

    private static final int VALUE = 0;
    private static final int VALUE_OR_END = 1;
    private static final int KEY = 2;
    private static final int KEY_OR_END = 3;
    private static final int AFTER_VALUE = 4;

    private final byte[] in;
    private final int end;
    private int at;
    private int whitespace;

    private JsonScanner(byte[] in, int from, int end) {
        this.in = in;
        this.at = from;
        this.end = end;
    }

    /// The value without insignificant white space. The input itself where nothing had to go.
    ///
    /// @param maxDepth at most 64
    static byte[] minify(byte[] in, int from, int to, int maxDepth) {
        JsonScanner scanner = new JsonScanner(in, from, to);
        scanner.validate(maxDepth);
        if (scanner.whitespace == 0) {
            return from == 0 && to == in.length ? in : Arrays.copyOfRange(in, from, to);
        }
        return strip(in, from, to, to - from - scanner.whitespace);
    }

    private void validate(int maxDepth) {
        int depth = 0;
        long objects = 0; // bit d: the container at depth d is an object
        int state = VALUE;
        while (true) {
            skipWhitespace();
            if (state == AFTER_VALUE && depth == 0) {
                if (at != end) {
                    throw invalid("has something behind its JSON value");
                }
                return;
            }
            byte c = next();
            boolean closes = c == '}' || c == ']';
            if (closes && state != VALUE && state != KEY) {
                boolean inObject = (objects >>> (depth - 1) & 1) != 0;
                if (inObject != (c == '}') || (state == KEY_OR_END) != inObject && state != AFTER_VALUE) {
                    throw unexpected();
                }
                depth--;
                state = AFTER_VALUE;
                continue;
            }
            switch (state) {
                case AFTER_VALUE -> {
                    if (c != ',') {
                        throw unexpected();
                    }
                    state = (objects >>> (depth - 1) & 1) != 0 ? KEY : VALUE;
                }
                case KEY, KEY_OR_END -> {
                    if (c != '"') {
                        throw unexpected();
                    }
                    string();
                    skipWhitespace();
                    if (next() != ':') {
                        throw unexpected();
                    }
                    state = VALUE;
                }
                default -> {
                    if (c == '{' || c == '[') {
                        if (depth == maxDepth) {
                            throw invalid("must not be nested deeper than " + maxDepth);
                        }
                        long bit = 1L << depth++;
                        objects = c == '{' ? objects | bit : objects & ~bit;
                        state = c == '{' ? KEY_OR_END : VALUE_OR_END;
                    } else {
                        scalar(c);
                        state = AFTER_VALUE;
                    }
                }
            }
        }
    }

    private void scalar(byte first) {
        switch (first) {
            case '"' -> string();
            case 't' -> literal("rue");
            case 'f' -> literal("alse");
            case 'n' -> literal("ull");
            default -> number(first);
        }
    }

    private void literal(String rest) {
        for (int i = 0; i < rest.length(); i++) {
            if (next() != rest.charAt(i)) {
                throw unexpected();
            }
        }
    }

    private void number(byte first) {
        int from = at;
        byte c = first == '-' ? next() : first;
        if (!isDigit(c)) {
            throw unexpected();
        }
        if (c != '0') {
            digits();
        }
        if (at < end && in[at] == '.') {
            at++;
            atLeastOneDigit();
        }
        if (at < end && (in[at] == 'e' || in[at] == 'E')) {
            at++;
            if (at < end && (in[at] == '+' || in[at] == '-')) {
                at++;
            }
            atLeastOneDigit();
        }
        // Point, letter and signs aside, which are four at most.
        if (at - from >= Limits.MAX_NUMBER_DIGITS && digitsFrom(from - 1) > Limits.MAX_NUMBER_DIGITS) {
            throw invalid("must not hold a number of more than " + Limits.MAX_NUMBER_DIGITS + " digits");
        }
    }

    private int digitsFrom(int from) {
        int digits = 0;
        for (int i = from; i < at; i++) {
            digits += isDigit(in[i]) ? 1 : 0;
        }
        return digits;
    }

    private void atLeastOneDigit() {
        if (!isDigit(next())) {
            throw unexpected();
        }
        digits();
    }

    private void digits() {
        while (at < end && isDigit(in[at])) {
            at++;
        }
    }

    /// Behind the opening quote, to behind the closing one.
    private void string() {
        while (true) {
            byte c = next();
            if (c == '"') {
                return;
            }
            if (c == '\\') {
                escape();
            } else if (c < 0) {
                utf8Sequence(c & 0xff);
            } else if (c < 0x20) {
                throw invalid("has a control character in a string");
            }
        }
    }

    private void escape() {
        switch (next()) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {}
            case 'u' -> {
                for (int i = 0; i < 4; i++) {
                    if (Character.digit(next(), 16) < 0) {
                        throw unexpected();
                    }
                }
            }
            default -> throw unexpected();
        }
    }

    /// RFC 3629, table in section 4: no overlong form, no surrogate, nothing past U+10FFFF.
    private void utf8Sequence(int lead) {
        int second = at < end ? in[at++] & 0xff : 0;
        boolean good = switch (lead) {
            case 0xe0 -> second >= 0xa0 && second <= 0xbf && continuation();
            case 0xed -> second >= 0x80 && second <= 0x9f && continuation();
            case 0xf0 -> second >= 0x90 && second <= 0xbf && continuation() && continuation();
            case 0xf4 -> second >= 0x80 && second <= 0x8f && continuation() && continuation();
            default -> {
                boolean plain = second >= 0x80 && second <= 0xbf;
                if (lead >= 0xc2 && lead <= 0xdf) {
                    yield plain;
                }
                if (lead >= 0xe1 && lead <= 0xef) {
                    yield plain && continuation();
                }
                yield lead >= 0xf1 && lead <= 0xf3 && plain && continuation() && continuation();
            }
        };
        if (!good) {
            throw invalid("is not valid UTF-8");
        }
    }

    private boolean continuation() {
        return at < end && (in[at++] & 0xc0) == 0x80;
    }

    private void skipWhitespace() {
        while (at < end && isWhitespace(in[at])) {
            at++;
            whitespace++;
        }
    }

    private byte next() {
        if (at == end) {
            throw invalid("is not complete JSON");
        }
        return in[at++];
    }

    private static byte[] strip(byte[] in, int from, int to, int length) {
        byte[] out = new byte[length];
        int o = 0;
        boolean quoted = false;
        for (int i = from; i < to; i++) {
            byte c = in[i];
            if (!quoted && isWhitespace(c)) {
                continue;
            }
            out[o++] = c;
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\') {
                out[o++] = in[++i]; // only inside a string, so the character behind it is there
            }
        }
        return out;
    }

    private static boolean isWhitespace(byte c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }

    private static boolean isDigit(byte c) {
        return c >= '0' && c <= '9';
    }

    private static ContractViolation unexpected() {
        return invalid("is not valid JSON");
    }

    private static ContractViolation invalid(String reason) {
        return new ContractViolation("payload", reason);
    }
}
