package dev.freshet.push.wire;

import dev.freshet.service.http.Connections;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.List;

/// Writes through the response: over HTTP/2, TLS, or whatever else there may be.
final class ResponseStream implements StreamWire {

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private long pending;

    ResponseStream(HttpServerRequest request) {
        this.request = request;
        this.response = request.response();
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

    @Override
    public Future<Void> end(byte[] last) {
        return response.end(Buffer.buffer(last)).onComplete(ended -> {
            if (request.version() != HttpVersion.HTTP_2) {
                request.connection().close();
            }
        });
    }

    @Override
    public void cut() {
        if (request.version() != HttpVersion.HTTP_2) {
            Connections.cut(request.connection());
        } else {
            response.reset();
        }
    }
}
