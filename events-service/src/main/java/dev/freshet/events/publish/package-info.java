/// Publishing by REST: single events, batches, shortcuts and CloudEvents.
@NullMarked
package dev.freshet.events.publish;

import org.jspecify.annotations.NullMarked;
