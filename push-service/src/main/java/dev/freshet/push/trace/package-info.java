/// Spans of deliveries.
@NullMarked
package dev.freshet.push.trace;

import org.jspecify.annotations.NullMarked;
