package dev.freshet.service.http;

import dev.freshet.contract.problem.ProblemType;
import dev.freshet.service.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/// Collects a body up to its bound, whether or not its length was announced.
///
/// Confined to the request's event loop.
public final class BodyReader {

    /// What is read and thrown away of a refused body, so that its sender gets to read the answer. Who sends even
    /// more is cut off.
    private static final int DISCARD_LIMIT = 16 * 1024 * 1024;

    private final int limit;
    private final Promise<byte[]> promise = Promise.promise();
    private final Buffer bytes;

    private BodyReader(int limit, int expected) {
        this.limit = limit;
        this.bytes = Buffer.buffer(expected);
    }

    /// Fails with a 413 as soon as it is clear that the body is too large.
    public static Future<byte[]> read(HttpServerRequest request, int limit) {
        long announced = announced(request.getHeader("Content-Length"));
        if (announced > limit) {
            return Future.failedFuture(tooLarge(limit));
        }
        if (request.isEnded()) {
            return Future.succeededFuture(new byte[0]);
        }
        BodyReader body = new BodyReader(limit, (int) Math.max(0, Math.min(announced, 64 * 1024)));
        request.exceptionHandler(gone -> body.promise.tryFail(gone));
        request.endHandler(end -> body.promise.tryComplete(body.bytes.getBytes()));
        request.handler(body::chunk);
        if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
            request.response().writeContinue();
        }
        request.resume();
        return body.promise.future();
    }

    /// Reads the rest of a body that nobody wants.
    public static void discard(HttpServerRequest request) {
        if (request.isEnded()) {
            return;
        }
        long[] discarded = {0};
        request.exceptionHandler(gone -> {});
        request.handler(chunk -> {
            discarded[0] += chunk.length();
            if (discarded[0] > DISCARD_LIMIT) {
                request.connection().close();
            }
        });
        request.resume();
    }

    private void chunk(Buffer chunk) {
        if (bytes.length() + chunk.length() > limit) {
            promise.tryFail(tooLarge(limit));
        } else {
            bytes.appendBuffer(chunk);
        }
    }

    /// The value of `Content-Length`; -1 where there is none.
    static long announced(@Nullable String header) {
        try {
            return header == null ? -1 : Long.parseLong(header);
        } catch (NumberFormatException unusable) {
            return -1;
        }
    }

    private static ProblemException tooLarge(int limit) {
        return ProblemException.of(ProblemType.TOO_LARGE, "The body must be at most " + limit + " bytes here.");
    }
}
