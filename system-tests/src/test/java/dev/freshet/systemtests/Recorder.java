package dev.freshet.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/// A client that keeps what it receives, in order. Safe for any thread.
interface Recorder extends AutoCloseable {

    /// An event as a client sees it.
    ///
    /// @param id the event's own (WebSocket), or a cursor over all that the connection follows (SSE), which is the
    /// same if it follows one partition
    record Received(String id, String type, JsonNode payload) {}

    /// What was appended by somebody: neither greetings nor presence.
    List<Received> events();

    /// Whether the server neither ended the connection nor refused it.
    boolean isOpen();

    /// Messages of this type, Freshet's own ones too, as they came.
    List<JsonNode> ofType(String type);

    @Override
    void close();
}
