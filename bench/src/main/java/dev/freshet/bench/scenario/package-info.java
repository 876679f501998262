/// What is measured with them; one class each.
@NullMarked
package dev.freshet.bench.scenario;

import org.jspecify.annotations.NullMarked;
