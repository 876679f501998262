/// Spans for OpenTelemetry. While no collector is named nothing of OpenTelemetry is loaded, and whoever could make
/// a span has `null` in place of what would make it.
@NullMarked
package dev.freshet.service.trace;

import org.jspecify.annotations.NullMarked;
