package dev.freshet.push.wire;

/// The way of a WebSocket: messages are text frames.
public interface FrameWire extends Wire {

    /// Asks the client for a pong. Not behind a close frame.
    void ping();
}
