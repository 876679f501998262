package dev.freshet.push.wire;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;

/// Writes through the response: over HTTP/2, TLS, or whatever else there may be.
final class ResponseWire implements Wire {

    private final HttpServerResponse response;
    private long pending;

    ResponseWire(HttpServerResponse response) {
        this.response = response;
    }

    @Override
    public boolean isWritable() {
        return !response.writeQueueFull();
    }

    @Override
    public long pending() {
        return pending;
    }

    @Override
    public void write(byte[] message) {
        pending += message.length;
        response.write(Buffer.buffer(message)).onComplete(written -> pending -= message.length);
    }

    @Override
    public void write(Shared messages) {
        List<byte[]> all = messages.messages();
        if (all.size() == 1) {
            write(all.getFirst());
            return;
        }
        Buffer together = Buffer.buffer(Framing.bytes(all));
        all.forEach(together::appendBytes);
        write(together.getBytes());
    }

    @Override
    public void onceDrained(Runnable task) {
        response.drainHandler(drained -> {
            response.drainHandler(null);
            task.run();
        });
    }
}
