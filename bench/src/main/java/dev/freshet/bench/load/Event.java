package dev.freshet.bench.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The payload of every event: JSON with a mark and the event's number in twelve digits, so that a client finds
/// it without parsing, and a publisher writes it into bytes that it made once.
public final class Event {

    public static final char MARK = '#';
    public static final int DIGITS = 12;

    /// With it an event is about 150 bytes as an SSE frame.
    public static final int SIZE = 100;

    private static final String BEGINNING = "{\"n\":\"" + MARK + "0".repeat(DIGITS) + "\",\"text\":\"";
    private static final String END = "\"}";

    private Event() {}

    /// A payload of [#SIZE] bytes, number zero.
    public static String payload() {
        return BEGINNING + "x".repeat(SIZE - BEGINNING.length() - END.length()) + END;
    }

    /// Where the digits begin in what holds a payload.
    public static int placeIn(byte[] bytes) {
        for (int i = 0; i + DIGITS < bytes.length; i++) {
            if (bytes[i] == MARK && isZeros(bytes, i + 1)) {
                return i + 1;
            }
        }
        throw new IllegalArgumentException("no place for a number: " + new String(bytes, StandardCharsets.ISO_8859_1));
    }

    private static boolean isZeros(byte[] bytes, int from) {
        for (int i = from; i < from + DIGITS; i++) {
            if (bytes[i] != '0') {
                return false;
            }
        }
        return true;
    }

    /// Writes a number where [#placeIn] found its place.
    public static void number(byte[] bytes, int place, long number) {
        long rest = number;
        for (int i = place + DIGITS - 1; i >= place; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    /// The same in a buffer.
    public static void number(ByteBuffer bytes, int place, long number) {
        long rest = number;
        for (int i = place + DIGITS - 1; i >= place; i--) {
            bytes.put(i, (byte) ('0' + rest % 10));
            rest /= 10;
        }
    }
}
