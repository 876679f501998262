/// Presence: who follows a room or a document, on whichever pod.
@NullMarked
package dev.freshet.push.presence;

import org.jspecify.annotations.NullMarked;
