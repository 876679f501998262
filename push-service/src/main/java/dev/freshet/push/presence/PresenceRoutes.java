package dev.freshet.push.presence;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.channel.ChannelKind;
import dev.freshet.contract.channel.Names;
import dev.freshet.contract.json.JsonBytes;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.push.http.JsonAnswer;
import dev.freshet.push.http.Queries;
import dev.freshet.service.identity.Caller;
import dev.freshet.service.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/// Who is present, for those who ask.
@ApplicationScoped
class PresenceRoutes {

    private final Queries queries;
    private final Presence presence;

    PresenceRoutes(Queries queries, Presence presence) {
        this.queries = queries;
        this.presence = presence;
    }

    void register(@Observes Router router) {
        route(router, "/api/rooms/:name/presence", ChannelKind.ROOM);
        route(router, "/api/documents/:name/presence", ChannelKind.DOCUMENT);
    }

    private void route(Router router, String path, ChannelKind kind) {
        queries.answer(
                router,
                path,
                (context, caller) -> page(context, kind, caller),
                (context, page) -> JsonAnswer.send(context, write(page)));
    }

    private Future<Snapshots.Page> page(RoutingContext context, ChannelKind kind, Caller caller) {
        Channel channel = new Channel(kind, Names.requireName("path", context.pathParam("name")));
        if (!caller.mayFollow(channel)) {
            throw ProblemException.of(ProblemType.FORBIDDEN_CHANNEL, "Your token does not grant " + channel + ".");
        }
        String after = context.request().getParam("after", "");
        if (!after.isEmpty() && !after.matches("[1-9][0-9]{0,18}")) {
            throw new ContractViolation("after", "must be the next of the page before");
        }
        return presence.snapshot(channel, after);
    }

    private static byte[] write(Snapshots.Page page) {
        JsonBytes json = new JsonBytes();
        json.beginObject().key("users").beginArray();
        for (String user : page.users()) {
            json.beginObject().key("id").plain(user).key("userId").plain(user).endObject();
        }
        json.endArray().key("count").number(page.count());
        if (!page.next().isEmpty()) {
            json.key("next").plain(page.next());
        }
        return json.endObject().toBytes();
    }
}
