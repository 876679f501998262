package dev.freshet.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads one event stream and keeps its frames until a test asks for them.
///
/// It is stricter than a browser: a field that Freshet does not write, a field twice, an order of its own, a
/// carriage return or bytes that are not UTF-8 fail the test. Heartbeats and presence come when they come; they
/// are checked like all others, but only [#heartbeat] and [#presence] ask for them. Safe for any thread.
public final class SseRecorder implements AutoCloseable {

    /// Long enough for a machine with much else to do; nobody waits for it unless a test fails.
    public static final Duration LIMIT = Duration.ofSeconds(15);

    private static final Pattern FRAME =
            Pattern.compile("(?:id: ([A-Za-z0-9._~-]+)\n)?(?:retry: ([0-9]{1,6})\n)?event: ([A-Za-z0-9_.-]{1,64})\n"
                    + "data: ([^\r\n]*)\n");

    /// What a stream ends with whose client should come back: no message for a page, which sees no event of it.
    private static final Pattern COME_BACK = Pattern.compile("retry: ([0-9]{1,6})\n");

    /// One message.
    ///
    /// @param id of the `id:` line
    /// @param retryMs of the `retry:` line, ms
    /// @param event empty where there is nothing but a `retry:` line
    public record Frame(@Nullable String id, @Nullable Integer retryMs, String event, String data) {}

    private final HttpResponse<InputStream> response;
    private final Received<Frame> frames = new Received<>();
    private final Received<Frame> heartbeats = new Received<>();
    private final Received<Frame> presence = new Received<>();

    private SseRecorder(HttpResponse<InputStream> response) {
        this.response = response;
    }

    /// Opens a stream; returns with the response's head.
    ///
    /// @throws AssertionError if the answer is no event stream
    public static SseRecorder open(HttpClient client, HttpRequest request) {
        try {
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            String type = response.headers().firstValue("content-type").orElse("none");
            if (response.statusCode() != 200 || !type.equals("text/event-stream")) {
                try (InputStream body = response.body()) {
                    throw new AssertionError("no stream but " + response.statusCode() + " " + type + ": "
                            + new String(body.readAllBytes(), StandardCharsets.UTF_8));
                }
            }
            SseRecorder recorder = new SseRecorder(response);
            Thread.ofVirtual().name("sse-recorder").start(recorder::read);
            return recorder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public HttpHeaders headers() {
        return response.headers();
    }

    public HttpClient.Version version() {
        return response.version();
    }

    /// The next frame that is neither a heartbeat nor about presence.
    public Frame next() {
        return frames.take(frame -> true, LIMIT, () -> "a frame");
    }

    /// The next frame that matches; those before it stay unread.
    public Frame await(Predicate<Frame> wanted) {
        return frames.take(wanted, LIMIT, () -> "the wanted frame");
    }

    /// The next frame of this event type; those before it stay unread.
    public Frame await(String event) {
        return frames.take(frame -> frame.event().equals(event), LIMIT, () -> "a frame " + event);
    }

    /// The next heartbeat.
    public Frame heartbeat() {
        return heartbeats.take(frame -> true, LIMIT, () -> "a heartbeat");
    }

    /// The next frame about another user's presence.
    public Frame presence() {
        return presence.take(frame -> true, LIMIT, () -> "a frame about presence");
    }

    /// Fails if a frame about presence was left unread.
    public void assertPresenceExhausted() {
        presence.assertNone();
    }

    /// Waits until the server ends the stream.
    public void awaitEnd() {
        frames.awaitEnd(LIMIT);
    }

    public boolean hasEnded() {
        return frames.hasEnded();
    }

    /// Fails if a frame other than a heartbeat was left unread, or if one was malformed.
    public void assertExhausted() {
        frames.assertNone();
    }

    @Override
    public void close() {
        try {
            response.body().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        byte[] chunk = new byte[8192];
        int last = -1;
        try {
            InputStream body = response.body();
            int length = body.read(chunk);
            while (length >= 0) {
                for (int i = 0; i < length; i++) {
                    if (chunk[i] == '\n' && last == '\n') {
                        take(parse(frame.toByteArray()));
                        frame.reset();
                        last = -1;
                    } else {
                        frame.write(chunk[i]);
                        last = chunk[i];
                    }
                }
                length = body.read(chunk);
            }
            if (frame.size() > 0) {
                throw new AssertionError("the stream ended within a frame: " + frame);
            }
            frames.end();
            heartbeats.end();
            presence.end();
        } catch (IOException cut) {
            frames.end();
            heartbeats.end();
            presence.end();
        } catch (AssertionError malformed) {
            frames.fail(malformed);
            heartbeats.fail(malformed);
            presence.fail(malformed);
        }
    }

    private void take(Frame frame) {
        if (frame.event().equals("heartbeat")) {
            heartbeats.add(frame);
        } else {
            (PresenceTypes.contains(frame.event()) ? presence : frames).add(frame);
        }
    }

    private static Frame parse(byte[] bytes) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new AssertionError("a frame is not UTF-8", e);
        }
        Matcher comeBack = COME_BACK.matcher(text);
        if (comeBack.matches()) {
            return new Frame(null, Integer.valueOf(comeBack.group(1)), "", "");
        }
        Matcher matcher = FRAME.matcher(text);
        if (!matcher.matches()) {
            throw new AssertionError("not a frame of Freshet: " + text);
        }
        String retry = matcher.group(2);
        return new Frame(
                matcher.group(1), retry == null ? null : Integer.valueOf(retry), matcher.group(3), matcher.group(4));
    }
}
