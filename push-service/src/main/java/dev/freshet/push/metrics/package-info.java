/// What push-service measures.
@NullMarked
package dev.freshet.push.metrics;

import org.jspecify.annotations.NullMarked;
