package dev.freshet.push.wire;

/// The way to one connection's socket, for messages of its transport. Confined to the connection's event loop.
///
/// What is written through it and through the connection's own objects (its `HttpServerResponse`, its
/// `WebSocketConnection`) goes out in the order of the calls.
///
/// There are two kinds: one on the public interfaces of Vert.x and WebSockets Next, which works for every
/// connection, and [SocketWire], which costs half as much and works for most. They behave the same.
public interface Wire {

    /// Whether the socket keeps up. What is written when it does not waits in memory.
    boolean isWritable();

    /// Bytes that wait in memory for the socket, about.
    long pending();

    /// Writes one message, soon: with what else is written in this turn of the event loop.
    void write(byte[] message);

    /// The same with messages that others get, too, if the socket keeps up.
    ///
    /// @return whether it did; if not, nothing was written
    boolean offer(Shared messages);

    /// Calls once the socket took what waits, and never within this call; not if the connection ends before. To
    /// be called when it does not keep up; called again before that, an earlier task may be called, too.
    void onceDrained(Runnable task);
}
