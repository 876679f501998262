package dev.freshet.push.sse;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.channel.ChannelKind;
import dev.freshet.contract.channel.Names;
import dev.freshet.contract.event.EventTypes;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.service.identity.Caller;
import dev.freshet.service.problem.ProblemException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a stream's URL and headers ask for.
///
/// @param channels in the order in which they were asked for, each once, at least one
/// @param types only events of these; empty: all
/// @param last how many of the newest events it begins with, where it begins or has a gap; 0 to [#MAX_LAST]
/// @param presence whether the stream makes its user present on rooms and documents
/// @param cursor where the client stands, as it says, not parsed; `null` if it begins
record SseRequest(
        List<Channel> channels,
        Set<String> types,
        int last,
        boolean presence,
        @Nullable String cursor) {

    static final int MAX_LAST = 100;

    private static final int MAX_TYPES = 100;

    SseRequest {
        channels = List.copyOf(channels);
        types = Set.copyOf(types);
    }

    /// Reads what the path means (`kind` and its name; `null` where the query names all) and the query.
    ///
    /// @throws ProblemException 400 if the request is malformed, 403 if a channel is not granted
    static SseRequest read(RoutingContext context, @Nullable ChannelKind kind, Caller caller, int maxChannels) {
        HttpServerRequest request = context.request();
        Set<Channel> channels = new LinkedHashSet<>();
        if (kind != null) {
            channels.add(ofPath(kind, context.pathParam("name"), caller));
        }
        for (String name : list(request.getParam("channels"))) {
            channels.add(parse(name, caller));
        }
        if (channels.isEmpty()) {
            throw new ContractViolation("channels", "must name at least one channel");
        }
        if (channels.size() > maxChannels) {
            throw new ContractViolation("channels", "must be at most " + maxChannels);
        }
        for (Channel channel : channels) {
            if (!caller.mayFollow(channel)) {
                throw ProblemException.of(ProblemType.FORBIDDEN_CHANNEL, "Your token does not grant " + channel + ".");
            }
        }
        return new SseRequest(
                List.copyOf(channels),
                types(request.getParam("types")),
                last(request.getParam("last")),
                presence(request.getParam("presence")),
                cursor(request));
    }

    private static Channel ofPath(ChannelKind kind, String name, Caller caller) {
        boolean self = kind == ChannelKind.USER && (name.equals("me") || name.equals("notifications"));
        return new Channel(kind, self ? caller.userId() : Names.requireName("path", name));
    }

    /// `user:me` is the caller here as it is in the path.
    private static Channel parse(String text, Caller caller) {
        if (text.equals("user:me") || text.equals("user:notifications")) {
            return caller.ownChannel();
        }
        try {
            return Channel.parse(text);
        } catch (ContractViolation violation) {
            throw new ContractViolation("channels", violation.reason());
        }
    }

    private static Set<String> types(@Nullable String text) {
        Set<String> types = new LinkedHashSet<>(list(text));
        if (types.size() > MAX_TYPES || !types.stream().allMatch(EventTypes::isType)) {
            throw new ContractViolation("types", "must be up to 100 event types of A-Za-z0-9_.-");
        }
        return types;
    }

    private static int last(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return 0;
        }
        if (!text.matches("[0-9]{1,3}") || Integer.parseInt(text) > MAX_LAST) {
            throw new ContractViolation("last", "must be a number from 0 to " + MAX_LAST);
        }
        return Integer.parseInt(text);
    }

    private static boolean presence(@Nullable String text) {
        return switch (text) {
            case null -> true;
            case "", "true" -> true;
            case "false" -> false;
            default -> throw new ContractViolation("presence", "must be true or false");
        };
    }

    /// The header wins: a native EventSource repeats its first URL for ever.
    private static @Nullable String cursor(HttpServerRequest request) {
        String header = request.getHeader("Last-Event-ID");
        if (header != null && !header.isEmpty()) {
            return header;
        }
        String parameter = request.getParam("lastEventId");
        return parameter == null || parameter.isEmpty() ? null : parameter;
    }

    private static List<String> list(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return List.of();
        }
        List<String> parts = new ArrayList<>();
        int from = 0;
        while (true) {
            int comma = text.indexOf(',', from);
            parts.add(text.substring(from, comma < 0 ? text.length() : comma));
            if (comma < 0) {
                return parts;
            }
            from = comma + 1;
        }
    }
}
