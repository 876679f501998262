/// Exchanges a JWT for a connection ticket: short-lived, single-use, kept in Redis by its hash alone.
@NullMarked
package dev.freshet.ticket;

import org.jspecify.annotations.NullMarked;
