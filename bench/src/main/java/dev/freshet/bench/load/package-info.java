/// The load generator: thousands of connections on one thread, publishers at a fixed rate.
@NullMarked
package dev.freshet.bench.load;

import org.jspecify.annotations.NullMarked;
