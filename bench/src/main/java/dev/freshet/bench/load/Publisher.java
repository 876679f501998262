package dev.freshet.bench.load;

import java.io.IOException;

/// Appends events the way that is natural for a server. Used by one thread.
public interface Publisher extends AutoCloseable {

    /// Sends one event, or puts it where [#flush] sends it from.
    ///
    /// @param channel its number
    /// @param number of the event
    void publish(int channel, long number) throws IOException;

    /// Sends what [#publish] kept, in one go.
    void flush() throws IOException;

    @Override
    void close() throws IOException;
}
