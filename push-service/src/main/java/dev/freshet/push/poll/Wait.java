package dev.freshet.push.poll;

import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.message.GapReason;
import dev.freshet.contract.message.PollResponse;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.push.delivery.Follower;
import dev.freshet.push.delivery.Form;
import dev.freshet.push.delivery.LiveEvent;
import dev.freshet.push.delivery.LoopHub;
import dev.freshet.push.delivery.ScheduledTask;
import dev.freshet.push.delivery.Subscription;
import dev.freshet.push.metrics.PushMetrics.Transport;
import dev.freshet.service.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A poll that waits for news. Confined to its event loop.
final class Wait implements Follower {

    /// So often it looks whether the pod is about to go, or the user was disconnected.
    private static final long STEP_MS = 500;

    private final LoopHub hub;
    private final Poll poll;
    private final PollRequest request;
    private final Promise<PollResponse> promise = Promise.promise();
    private final List<LiveEvent> news = new ArrayList<>(1);
    private final Subscription subscription;
    private final long until;
    private @Nullable ScheduledTask timer;
    private boolean answering;

    /// @param until ms since 1970
    Wait(LoopHub hub, Poll poll, PollRequest request, long until) {
        this.hub = hub;
        this.poll = poll;
        this.request = request;
        this.until = until;
        this.subscription = hub.subscribe(this, request.channel());
        step();
    }

    /// Completes with what came first: news, a gap, or the end of the time.
    Future<PollResponse> answer() {
        return promise.future();
    }

    /// The client is gone.
    void cancel() {
        end();
        promise.tryFail("cancelled");
    }

    @Override
    public Transport transport() {
        return Transport.POLL;
    }

    @Override
    public Form form() {
        return Form.CHANNEL;
    }

    @Override
    public boolean deliver(LiveEvent event, Subscription of) {
        if (news.size() == request.limit() || !poll.wants(event)) {
            return false;
        }
        news.add(event);
        // Together with what else the same batch has for it.
        later(() ->
                promise.tryComplete(poll.answer(news, news.getLast().logged().id(), null)));
        return true;
    }

    @Override
    public void gap(Subscription of, GapReason reason) {
        later(() -> poll.newest(reason).onComplete(promise));
    }

    @Override
    public void forked(Subscription of, @Nullable StreamId phantom) {
        if (phantom != null) {
            gap(of, GapReason.RESET);
        }
    }

    @Override
    public void broken(Throwable cause) {
        later(() -> promise.tryFail(cause));
    }

    private void later(Runnable answer) {
        if (!answering) {
            answering = true;
            hub.later(() -> {
                end();
                answer.run();
            });
        }
    }

    private void step() {
        long left = until - System.currentTimeMillis();
        timer = hub.after(Math.clamp(left, 1, STEP_MS), () -> {
            if (hub.connections().isRevoked(poll.caller())) {
                later(() -> promise.tryFail(
                        ProblemException.of(ProblemType.REVOKED, "The user was disconnected; sign in again.")));
            } else if (System.currentTimeMillis() >= until || hub.connections().areRefused()) {
                later(() -> promise.tryComplete(poll.nothing()));
            } else {
                step();
            }
        });
    }

    private void end() {
        hub.unsubscribe(subscription);
        if (timer != null) {
            timer.cancel();
        }
    }
}
