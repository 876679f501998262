/// Server-Sent Events.
@NullMarked
package dev.freshet.push.sse;

import org.jspecify.annotations.NullMarked;
