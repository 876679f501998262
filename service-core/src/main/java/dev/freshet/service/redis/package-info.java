/// One pipelined connection to Redis, scripts, and what its failures mean.
@NullMarked
package dev.freshet.service.redis;

import org.jspecify.annotations.NullMarked;
