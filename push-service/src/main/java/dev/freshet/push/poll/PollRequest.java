package dev.freshet.push.poll;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Cursor;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.service.identity.Caller;
import dev.freshet.service.problem.ProblemException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/// What a poll's URL asks for.
///
/// @param after where the client stands; `null` if it asks for the newest
/// @param limit of events, 1 to [#MAX_LIMIT]
/// @param waitMs how long it waits for news, ms, up to [#MAX_WAIT_SECONDS]
record PollRequest(Channel channel, @Nullable Cursor after, int limit, long waitMs) {

    static final int MAX_LIMIT = 100;
    static final int MAX_WAIT_SECONDS = 30;

    /// @throws ContractViolation if the request is malformed
    /// @throws ProblemException 403 if the channel is not granted
    static PollRequest read(RoutingContext context, Caller caller) {
        HttpServerRequest request = context.request();
        String after = request.getParam("after");
        return new PollRequest(
                channel(context, caller),
                after == null || after.isEmpty() ? null : cursor(after),
                number(request, "limit", 1, MAX_LIMIT, MAX_LIMIT),
                number(request, "wait", 0, MAX_WAIT_SECONDS, 0) * 1_000L);
    }

    /// The channel of the path, where the caller may follow it; `user:me` is the caller's own.
    static Channel channel(RoutingContext context, Caller caller) {
        String text = context.pathParam("channel");
        Channel channel =
                text.equals("user:me") || text.equals("user:notifications") ? caller.ownChannel() : Channel.parse(text);
        if (!caller.mayFollow(channel)) {
            throw ProblemException.of(ProblemType.FORBIDDEN_CHANNEL, "Your token does not grant " + channel + ".");
        }
        return channel;
    }

    private static Cursor cursor(String text) {
        try {
            return Cursor.parse(text);
        } catch (ContractViolation violation) {
            throw new ContractViolation("after", violation.reason());
        }
    }

    private static int number(HttpServerRequest request, String name, int least, int most, int otherwise) {
        String text = request.getParam(name);
        if (text == null || text.isEmpty()) {
            return otherwise;
        }
        int value = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : -1;
        if (value < least || value > most) {
            throw new ContractViolation(name, "must be a number from " + least + " to " + most);
        }
        return value;
    }
}
