/// Polling: what a channel had since a place, now or as soon as it has something.
@NullMarked
package dev.freshet.push.poll;

import org.jspecify.annotations.NullMarked;
