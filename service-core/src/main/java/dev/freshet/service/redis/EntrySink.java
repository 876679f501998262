package dev.freshet.service.redis;

import dev.freshet.contract.event.StreamId;

/// Takes the entries of a stream one after the other, as they come from the socket.
///
/// For each entry [#begin], [#field] for each of its fields, [#end]. A connection that breaks leaves the last one
/// without its end.
public interface EntrySink {

    void begin(StreamId id);

    /// @param name shared with later calls: must not be written to
    /// @param value the caller's from now on
    void field(byte[] name, byte[] value);

    void end();
}
