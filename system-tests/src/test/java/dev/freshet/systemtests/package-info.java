/// The packaged services as processes, a real Redis and a real nginx: what only shows when all of them run together.
@NullMarked
package dev.freshet.systemtests;

import org.jspecify.annotations.NullMarked;
