/// From the log to connections: one hub per event loop, events encoded once.
@NullMarked
package dev.freshet.push.delivery;

import org.jspecify.annotations.NullMarked;
