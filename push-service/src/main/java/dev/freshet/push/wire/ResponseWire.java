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
        write(Buffer.buffer(message));
    }

    private void write(Buffer bytes) {
        int length = bytes.length();
        pending += length;
        response.write(bytes).onComplete(written -> pending -= length);
    }

    @Override
    public boolean offer(Shared messages) {
        if (!isWritable()) {
            return false;
        }
        List<byte[]> all = messages.messages();
        Buffer together = Buffer.buffer(Framing.bytes(all));
        all.forEach(together::appendBytes);
        write(together);
        return true;
    }

    @Override
    public void onceDrained(Runnable task) {
        response.drainHandler(drained -> {
            response.drainHandler(null);
            task.run();
        });
    }
}
