package dev.freshet.service.redis;

import io.vertx.core.Promise;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.RequestImpl;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A command or a script on its way, and who waits for the answer. Confined to one event loop, but for its making.
final class Call {

    /// A command that is sent on more often than a topology settles would run in circles.
    private static final int MAX_REDIRECTS = 3;

    private final int slot;
    private final @Nullable Request command;
    private final @Nullable Script script;
    private final List<String> keys;
    private final List<?> arguments;
    private final Promise<Response> answer;
    private int redirects;
    private long number;

    private Call(
            int slot,
            @Nullable Request command,
            @Nullable Script script,
            List<String> keys,
            List<?> arguments,
            Promise<Response> answer) {
        this.slot = slot;
        this.command = command;
        this.script = script;
        this.keys = keys;
        this.arguments = arguments;
        this.answer = answer;
    }

    /// @throws IllegalArgumentException if the keys are not in one slot
    static Call of(Request command, Promise<Response> answer) {
        return new Call(Slots.of(((RequestImpl) command).keys()), command, null, List.of(), List.of(), answer);
    }

    /// @throws IllegalArgumentException if the keys are not in one slot
    static Call of(Script script, List<String> keys, List<?> arguments, Promise<Response> answer) {
        return new Call(Slots.ofAll(keys), null, script, keys, arguments, answer);
    }

    int slot() {
        return slot;
    }

    /// Its place in the order in which calls came to the router.
    long number() {
        return number;
    }

    void number(long place) {
        number = place;
    }

    @Nullable
    Script script() {
        return script;
    }

    /// @param known the scripts that the server is known to have; others go with their source
    Request request(Set<Script> known) {
        if (script == null) {
            return Objects.requireNonNull(command, "a call is a command or a script");
        }
        return known.contains(script) ? script.byName(keys, arguments) : script.bySource(keys, arguments);
    }

    /// Counts one more redirect.
    ///
    /// @return whether it may still be followed
    boolean mayFollow() {
        return ++redirects <= MAX_REDIRECTS;
    }

    boolean isAnswered() {
        return answer.future().isComplete();
    }

    void succeed(@Nullable Response response) {
        answer.tryComplete(response);
    }

    /// @return whether nobody had answered before
    boolean fail(Throwable failure) {
        return answer.tryFail(failure instanceof RedisUnavailable ? failure : new RedisUnavailable(failure));
    }
}
