package dev.freshet.push.document;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.channel.Names;
import dev.freshet.contract.json.JsonBytes;
import dev.freshet.contract.log.DocumentScripts;
import dev.freshet.contract.log.Keys;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.push.http.JsonAnswer;
import dev.freshet.push.http.Queries;
import dev.freshet.service.identity.Caller;
import dev.freshet.service.log.Log;
import dev.freshet.service.problem.ProblemException;
import dev.freshet.service.redis.RedisLink;
import dev.freshet.service.redis.Script;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.redis.client.Response;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// `GET /api/documents/{id}`: what a document holds now, as its primary has it.
///
/// One that is not there has version 0 and the content `null`.
@ApplicationScoped
class DocumentRoutes {

    private static final String PATH = "/api/documents/:id";
    private static final Script READ = Script.of(DocumentScripts.READ);

    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    private record Snapshot(byte[] body, String tag) {

        static Snapshot of(Response answer) {
            Response content = answer.get(0);
            Response version = answer.get(1);
            return content == null || version == null
                    ? of(NULL, 0)
                    : of(content.toBytes(), Long.parseLong(version.toString()));
        }

        private static Snapshot of(byte[] content, long version) {
            byte[] body = new JsonBytes(content.length + 48)
                    .beginObject()
                    .key("content")
                    .raw(content)
                    .key("version")
                    .number(version)
                    .endObject()
                    .toBytes();
            return new Snapshot(body, "\"" + version + '"');
        }
    }

    private final Queries queries;
    private final Log log;
    private final RedisLink redis;

    DocumentRoutes(Queries queries, Log log, RedisLink redis) {
        this.queries = queries;
        this.log = log;
        this.redis = redis;
    }

    void register(@Observes Router router) {
        queries.answer(
                router,
                PATH,
                (context, caller) -> read(granted(context, caller)),
                (context, found) -> JsonAnswer.send(context, found.body(), found.tag()));
    }

    private static Channel granted(RoutingContext context, Caller caller) {
        Channel document = Channel.document(Names.requireName("id", context.pathParam("id")));
        if (!caller.mayFollow(document)) {
            throw ProblemException.of(ProblemType.FORBIDDEN_CHANNEL, "Your token does not grant " + document + ".");
        }
        return document;
    }

    private Future<Snapshot> read(Channel document) {
        String key = Keys.document(log.partitions().of(document), document.name());
        return redis.run(READ, List.of(key), List.of()).map(Snapshot::of);
    }
}
