/// What this service keeps in Redis: tickets, and how many each user took.
@NullMarked
package dev.freshet.ticket.store;

import org.jspecify.annotations.NullMarked;
