import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// `./dev ws`: prints every text message of a WebSocket on a line of its own and sends every line of stdin as one.
///
/// Usage: `java WebSocketCat.java <ws url> [--once]`. The end of stdin is ignored (what comes is still printed) unless
/// `--once` is given: then the connection is closed as soon as nothing came for a second. Messages go to stdout,
/// everything about the connection to stderr. Exits with 0 after a normal close, 1 otherwise.
final class WebSocketCat implements WebSocket.Listener {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final long QUIET_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int NORMAL = 1000;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final StringBuilder message = new StringBuilder();
    private volatile long lastMessageNanos = System.nanoTime();
    private volatile int exitCode = 1;

    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 1 || arguments.length > 2) {
            System.err.println("Usage: java WebSocketCat.java <ws url> [--once]");
            System.exit(2);
        }
        var cat = new WebSocketCat();
        cat.run(URI.create(arguments[0]), arguments.length == 2 && arguments[1].equals("--once"));
        System.exit(cat.exitCode);
    }

    private void run(URI uri, boolean once) throws InterruptedException {
        WebSocket socket;
        try {
            socket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .connectTimeout(CONNECT_TIMEOUT)
                    // As a page on this host would: every upgrade is checked for its origin.
                    .header("Origin", "http://" + uri.getAuthority())
                    .buildAsync(uri, this)
                    .join();
        } catch (CompletionException failure) {
            System.err.println("Not connected: " + reason(failure.getCause()));
            return;
        }
        System.err.println("Connected. Every line you type is sent as one message, Ctrl-C ends.");
        Thread.ofVirtual().start(() -> sendLines(socket, once));
        closed.await();
    }

    private void sendLines(WebSocket socket, boolean once) {
        try (var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                if (!line.isBlank()) {
                    socket.sendText(line, true).join();
                }
            }
            if (once) {
                awaitQuiet();
                socket.sendClose(NORMAL, "").join();
                if (!closed.await(5, TimeUnit.SECONDS)) {
                    socket.abort();
                    closed.countDown();
                }
            }
        } catch (IOException | CompletionException failure) {
            // A socket that ended by itself has already said so.
            if (closed.getCount() > 0) {
                System.err.println("Not sent: " + reason(failure));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitQuiet() throws InterruptedException {
        lastMessageNanos = System.nanoTime();
        while (System.nanoTime() - lastMessageNanos < QUIET_NANOS) {
            Thread.sleep(50);
        }
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
        message.append(part);
        if (last) {
            System.out.println(message);
            message.setLength(0);
            lastMessageNanos = System.nanoTime();
        }
        socket.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
        System.err.println("Closed: " + code + (reason.isEmpty() ? "" : " " + reason));
        exitCode = code == NORMAL ? 0 : 1;
        closed.countDown();
        return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
        System.err.println("Connection lost: " + reason(error));
        closed.countDown();
    }

    private static String reason(Throwable failure) {
        if (failure instanceof WebSocketHandshakeException handshake && handshake.getResponse() != null) {
            return "the answer was " + handshake.getResponse().statusCode() + " instead of an upgrade.";
        }
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }
}
