/// Clients as they are in the world: they read, break, and come back by themselves with what they know. Thousands of
/// them live in one JVM, on a few event loops.
@NullMarked
package dev.freshet.systemtests.client;

import org.jspecify.annotations.NullMarked;
