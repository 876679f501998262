package dev.freshet.push.wire;

import io.vertx.core.Future;

/// The way of a stream, which also ends it.
public interface StreamWire extends Wire {

    /// Ends the stream with these bytes, and over HTTP/1 its connection: whoever reads on would otherwise send
    /// its next request, perhaps for this very stream, to a process that is about to end. Nothing is to be
    /// written after it.
    ///
    /// @param last may be empty
    /// @return completes when all that was written is with the socket; fails if it was cut
    Future<Void> end(byte[] last);

    /// Ends it at once, whatever waits. Over HTTP/2 the connection may have other streams, which go on.
    void cut();
}
