package dev.freshet.push.lifecycle;

import dev.freshet.push.log.Tails;
import dev.freshet.service.redis.RedisLink;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/// Not ready before the log's end was found, and while this pod's tail is stuck although Redis answers.
///
/// Ready while Redis is down: were all pods to fall out at once, the gateway's 503 would end every native EventSource
/// for good, and it can do no better than this pod does.
@Readiness
@ApplicationScoped
class TailReadiness implements AsyncHealthCheck {

    private final Tails tails;
    private final RedisLink redis;

    TailReadiness(Tails tails, RedisLink redis) {
        this.tails = tails;
        this.redis = redis;
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        if (!tails.haveBegun() || !tails.areStuck()) {
            return Uni.createFrom().item(answer(tails.haveBegun()));
        }
        return Uni.createFrom()
                .completionStage(() -> redis.send(Request.cmd(Command.PING)).toCompletionStage())
                .map(pong -> answer(false))
                .onFailure()
                .recoverWithItem(answer(true));
    }

    private static HealthCheckResponse answer(boolean ready) {
        return HealthCheckResponse.named("tail").status(ready).build();
    }
}
