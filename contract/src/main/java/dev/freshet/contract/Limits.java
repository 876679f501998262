package dev.freshet.contract;

/// Bounds that every party relies on. They are part of the contract, not settings: a client may be built on them.
public final class Limits {

    /// Characters of a channel's name, and so of a user id.
    public static final int MAX_NAME_LENGTH = 128;

    /// Characters of an event's type.
    public static final int MAX_TYPE_LENGTH = 64;

    /// Bytes of a payload: UTF-8, minified.
    public static final int MAX_PAYLOAD_BYTES = 64 * 1024;

    /// Nested arrays and objects of a payload. At most 64, for the scanner keeps its stack in one `long`.
    public static final int MAX_PAYLOAD_DEPTH = 64;

    /// Digits of a number in a payload: whole part, fraction and exponent together. What common parsers take, and
    /// little enough that reading one with all its digits costs nothing.
    public static final int MAX_NUMBER_DIGITS = 1000;

    /// Bytes of a document's content: UTF-8, minified. What an edit's event adds, version and author, fits
    /// beside.
    public static final int MAX_CONTENT_BYTES = MAX_PAYLOAD_BYTES - 256;

    /// Nested arrays and objects of a document's content, which is itself nested in an edit's event.
    public static final int MAX_CONTENT_DEPTH = MAX_PAYLOAD_DEPTH - 1;

    /// Line and column of a cursor.
    public static final int MAX_GRID_POSITION = Integer.MAX_VALUE;

    /// Events of one batch request.
    public static final int MAX_BATCH_EVENTS = 500;

    /// Bytes of one batch request's body.
    public static final int MAX_BATCH_BYTES = 4 * 1024 * 1024;

    /// Channels that one event may be published to in one element of a request.
    public static final int MAX_CHANNELS_PER_EVENT = 500;

    /// Characters of a cursor. Fits a request line next to a list of channels.
    public static final int MAX_CURSOR_LENGTH = 2048;

    /// Partitions of a log: so many positions fit a cursor.
    public static final int MAX_PARTITIONS = 32;

    /// Bytes of a WebSocket client's message: a payload with some white space, and its envelope.
    public static final int MAX_MESSAGE_BYTES = 128 * 1024;

    /// Characters of a WebSocket client's message id.
    public static final int MAX_MESSAGE_ID_LENGTH = 128;

    private Limits() {}
}
