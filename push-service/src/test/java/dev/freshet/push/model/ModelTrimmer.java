package dev.freshet.push.model;

import static dev.freshet.push.model.ModelState.max;
import static dev.freshet.push.model.ModelState.min;

import dev.freshet.contract.event.StreamId;
import java.util.ArrayList;

/// What the lease holder does besides copying: trims the log, expires histories.
final class ModelTrimmer {

    private final ModelRedis redis;
    private final Rules rules;

    ModelTrimmer(ModelRedis redis, Rules rules) {
        this.redis = redis;
        this.rules = rules;
    }

    void trimByAge(long clock) {
        redis.write(data -> {
            ModelState state = data.state;
            if (state == null || data.isAnotherLog()) {
                return;
            }
            StreamId below = new StreamId(Math.max(0, clock - Limits.LOG_RETENTION), 0);
            if (rules.has(Rule.AGE_TRIM_STOPS_AT_INDEXED)) {
                below = min(below, new StreamId(state.indexed.ms(), state.indexed.seq() + 1));
            }
            data.log.trimBelow(below);
        });
    }

    void expire(long clock) {
        redis.write(data -> {
            ModelState state = data.state;
            if (state == null) {
                return;
            }
            for (String channel : new ArrayList<>(data.channels.keySet())) {
                Long copied = data.channels.get(channel);
                if (copied != null && copied < clock - Limits.HISTORY_RETENTION) {
                    expire(data, state, channel);
                }
            }
        });
    }

    private void expire(Database data, ModelState state, String channel) {
        ModelStream history = data.histories.remove(channel);
        data.channels.remove(channel);
        if (history == null) {
            if (rules.has(Rule.EXPIRY_OF_LOST_HISTORY_RAISES_FLOOR)) {
                state.floor = max(state.floor, state.indexed);
            }
        } else if (rules.has(Rule.EXPIRY_RAISES_FLOOR)) {
            state.floor = max(state.floor, history.last);
        }
    }
}
