package dev.freshet.push.lifecycle;

import dev.freshet.push.log.Tails;
import dev.freshet.service.log.Log;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/// Not ready before the log's end was found, and while this pod's tail is stuck although Redis answers.
///
/// Ready while Redis is down: were all pods to fall out at once, the gateway's 503 would end every native EventSource
/// for good, and it can do no better than this pod does.
@Readiness
@ApplicationScoped
class TailReadiness implements AsyncHealthCheck {

    /// A tail that Redis comes back to needs a moment to notice; were pods unready in it, all would be at once.
    private static final long GRACE_MS = 10_000;

    private final Tails tails;
    private final Log log;

    /// Since when Redis answers although a tail is stuck, ms; 0 while that is not so.
    private final AtomicLong answeringSince = new AtomicLong();

    TailReadiness(Tails tails, Log log) {
        this.tails = tails;
        this.log = log;
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        List<Integer> stuck = tails.stuck();
        if (!tails.haveBegun() || stuck.isEmpty()) {
            answeringSince.set(0);
            return Uni.createFrom().item(answer(tails.haveBegun()));
        }
        return Uni.createFrom()
                .completionStage(() -> log.facts(stuck.getFirst()).toCompletionStage())
                .map(answered -> {
                    long now = System.currentTimeMillis();
                    answeringSince.compareAndSet(0, now);
                    return answer(now - answeringSince.get() < GRACE_MS);
                })
                .onFailure()
                .recoverWithItem(() -> {
                    answeringSince.set(0);
                    return answer(true);
                });
    }

    private static HealthCheckResponse answer(boolean ready) {
        return HealthCheckResponse.named("tail").status(ready).build();
    }
}
