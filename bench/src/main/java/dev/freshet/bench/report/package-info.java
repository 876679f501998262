/// What was found: figures, targets, the table.
@NullMarked
package dev.freshet.bench.report;

import org.jspecify.annotations.NullMarked;
