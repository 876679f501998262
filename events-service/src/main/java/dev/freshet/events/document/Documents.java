package dev.freshet.events.document;

import dev.freshet.contract.log.DocumentScripts;
import dev.freshet.contract.log.Keys;
import dev.freshet.events.config.DocumentsConfig;
import dev.freshet.service.log.IdempotencyConflict;
import dev.freshet.service.log.IdempotencyKey;
import dev.freshet.service.log.Log;
import dev.freshet.service.redis.Script;
import dev.freshet.service.trace.AppendSpans;
import dev.freshet.service.trace.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Edits of documents. Safe for any thread.
@Singleton
final class Documents {

    private static final Script EDIT = Script.of(DocumentScripts.EDIT);

    private final Log log;
    private final MeterRegistry meters;
    private final long retentionMs;

    /// `null` where appends have no spans.
    private final @Nullable AppendSpans spans;

    Documents(Log log, DocumentsConfig config, MeterRegistry meters, Tracing tracing) {
        this.log = log;
        this.meters = meters;
        this.retentionMs = config.retention().map(Duration::toMillis).orElse(0L);
        this.spans = tracing.appends();
    }

    /// Makes the document's next version and tells its followers, in one step. Fails as [Log#append] does.
    Future<Edited> edit(Edit edit) {
        return log.claim(edit.key()).compose(claimed -> append(edit));
    }

    private Future<Edited> append(Edit edit) {
        int partition = log.partitions().of(edit.document());
        return spans == null
                ? write(partition, edit, edit.traceparent())
                : spans.aroundPart(partition, edit.traceparent(), traceparent -> write(partition, edit, traceparent));
    }

    private Future<Edited> write(int partition, Edit edit, @Nullable String traceparent) {
        IdempotencyKey key = edit.key();
        List<String> keys = new ArrayList<>(2);
        keys.add(Keys.document(partition, edit.document().name()));
        if (key != null) {
            keys.add(Keys.idempotency(partition, key.hash()));
        }
        List<Object> arguments = List.of(
                key == null ? "" : key.fingerprint(),
                IdempotencyKey.LIFE_SECONDS,
                edit.document(),
                edit.userId(),
                edit.content().utf8(),
                edit.ifMatch(),
                edit.ifNoneMatch(),
                retentionMs,
                Objects.requireNonNullElse(traceparent, ""));
        return log.run(partition, EDIT, keys, arguments).map(answer -> {
            String outcome = answer.get(0).toString();
            meters.counter("freshet.documents.edits", "result", outcome).increment();
            return switch (outcome) {
                case "conflict" -> throw new IdempotencyConflict();
                case "stale" -> new Edited.Stale(answer.get(1).toString());
                case "saved" -> {
                    log.countAppended(1);
                    yield new Edited.Saved(answer.get(1).toString());
                }
                case "repeated" -> new Edited.Saved(answer.get(1).toString());
                default -> throw new IllegalStateException(outcome);
            };
        });
    }
}
