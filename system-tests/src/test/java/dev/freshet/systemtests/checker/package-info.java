/// Knows what was published and what each client saw, and says what does not fit together.
@NullMarked
package dev.freshet.systemtests.checker;

import org.jspecify.annotations.NullMarked;
