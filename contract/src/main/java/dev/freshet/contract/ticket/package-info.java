/// Single-use connection tickets and what Redis remembers of them.
@NullMarked
package dev.freshet.contract.ticket;

import org.jspecify.annotations.NullMarked;
