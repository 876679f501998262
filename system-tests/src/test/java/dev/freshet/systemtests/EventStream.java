package dev.freshet.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.contract.event.EventTypes;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A client of Server-Sent Events that keeps what it receives.
///
/// @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation">HTML,
/// interpreting an event stream</a>
final class EventStream implements Recorder, Flow.Subscriber<String> {

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private static final int ANSWER_LIMIT_SECONDS = 20;

    private final CompletableFuture<ResponseInfo> head = new CompletableFuture<>();
    private final List<Received> messages = new ArrayList<>();
    private final StringBuilder unread = new StringBuilder();
    private final StringBuilder data = new StringBuilder();
    private String id = "";
    private String type = "";
    private Flow.@Nullable Subscription subscription;
    private boolean ended;

    private EventStream() {}

    /// Opens a stream with a token in the header, and waits for the head of the answer.
    static EventStream open(String url, Rest user) {
        return open(HttpRequest.newBuilder(java.net.URI.create(url)).header("Authorization", "Bearer " + user.token()));
    }

    /// Opens a stream that carries its ticket in the URL.
    static EventStream open(String url) {
        return open(HttpRequest.newBuilder(java.net.URI.create(url)));
    }

    private static EventStream open(HttpRequest.Builder request) {
        EventStream stream = new EventStream();
        CLIENT.sendAsync(request.build(), info -> {
                    stream.head.complete(info);
                    return BodySubscribers.fromLineSubscriber(stream);
                })
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        stream.head.completeExceptionally(failure);
                        stream.end();
                    }
                });
        stream.head.orTimeout(ANSWER_LIMIT_SECONDS, TimeUnit.SECONDS).join();
        return stream;
    }

    int status() {
        return head.join().statusCode();
    }

    HttpHeaders headers() {
        return head.join().headers();
    }

    @Override
    public synchronized List<Received> events() {
        return messages.stream()
                .filter(message -> !EventTypes.isReserved(message.type()))
                .toList();
    }

    @Override
    public synchronized List<JsonNode> ofType(String wanted) {
        return messages.stream()
                .filter(message -> message.type().equals(wanted))
                .map(Received::payload)
                .toList();
    }

    /// The body of a refusal: what came without being a message.
    synchronized String unread() {
        return unread.toString();
    }

    @Override
    public synchronized boolean isOpen() {
        return !ended && status() == 200;
    }

    @Override
    public synchronized void close() {
        ended = true;
        if (subscription != null) {
            subscription.cancel();
        }
    }

    @Override
    public synchronized void onSubscribe(Flow.Subscription lines) {
        subscription = lines;
        lines.request(Long.MAX_VALUE);
    }

    @Override
    public synchronized void onNext(String line) {
        int colon = line.indexOf(':');
        String field = colon < 0 ? line : line.substring(0, colon);
        String value = colon < 0 ? "" : line.substring(colon + 1).replaceFirst("^ ", "");
        switch (field) {
            case "" -> dispatch();
            case "id" -> id = value;
            case "event" -> type = value;
            case "data" -> data.append(data.isEmpty() ? "" : "\n").append(value);
            case "retry" -> {}
            default -> unread.append(line).append('\n');
        }
    }

    @Override
    public void onError(Throwable failure) {
        end();
    }

    @Override
    public void onComplete() {
        end();
    }

    private void dispatch() {
        if (!data.isEmpty()) {
            messages.add(new Received(id, type, Rest.parse(data.toString())));
        }
        data.setLength(0);
        type = "";
    }

    private synchronized void end() {
        ended = true;
    }
}
