package dev.freshet.events.document;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.json.JsonText;
import dev.freshet.service.log.IdempotencyKey;
import org.jspecify.annotations.Nullable;

/// A new content that somebody wants a document to have.
///
/// @param document its channel
/// @param userId who edits
/// @param ifMatch versions of which it must have one, as [VersionTags] reads them
/// @param ifNoneMatch versions of which it must have none, as [VersionTags] reads them
/// @param key under which the first answer is remembered
record Edit(
        Channel document,
        String userId,
        JsonText content,
        String ifMatch,
        String ifNoneMatch,
        @Nullable String traceparent,
        @Nullable IdempotencyKey key) {}
