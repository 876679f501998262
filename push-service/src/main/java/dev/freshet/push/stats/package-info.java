/// Figures over all pods, for dashboards that poll.
@NullMarked
package dev.freshet.push.stats;

import org.jspecify.annotations.NullMarked;
