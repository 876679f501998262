package dev.freshet.push.model;

import dev.freshet.push.model.Scenario.Step;
import java.util.List;
import java.util.function.Consumer;

/// Someone else with access to Redis, who does what nobody should.
record Stranger(Step step, String channel) implements Consumer<Database> {

    @Override
    public void accept(Database data) {
        ModelStream history = data.histories.get(channel);
        switch (step.act()) {
            case LOG_IS_TRIMMED_BY_CAP -> data.log.trimToLength(Limits.LOG_CAP);
            case STRANGER_TRIMS_LOG -> data.log.trimToLength(step.b() % 6);
            case STRANGER_DELETES_FROM_LOG -> deleteFrom(data.log);
            case STRANGER_DELETES_FROM_HISTORY -> {
                if (history != null) {
                    deleteFrom(history);
                }
            }
            case STRANGER_DELETES_HISTORY -> data.histories.remove(channel);
            case STRANGER_PUTS_WRONG_TYPE -> {
                data.histories.remove(channel);
                data.wrongType.add(channel);
            }
            case STRANGER_REMOVES_WRONG_TYPE -> data.wrongType.remove(channel);
            case STRANGER_DELETES_LOG -> data.log = new ModelStream();
            case FLUSHALL -> data.flush();
            default -> throw new IllegalArgumentException(step.toString());
        }
    }

    /// One of the newest five.
    private void deleteFrom(ModelStream stream) {
        List<ModelEntry> all = List.copyOf(stream.all());
        if (!all.isEmpty()) {
            stream.delete(all.get(Math.max(0, all.size() - 1 - step.b() % 5)).id());
        }
    }
}
