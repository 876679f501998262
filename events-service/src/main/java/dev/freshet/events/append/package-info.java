/// Appending to several partitions at once, with one outcome per event.
@NullMarked
package dev.freshet.events.append;

import org.jspecify.annotations.NullMarked;
