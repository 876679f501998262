package dev.freshet.bench.load;

/// How events come to a client.
public enum Wire {
    SSE,
    WEBSOCKET
}
