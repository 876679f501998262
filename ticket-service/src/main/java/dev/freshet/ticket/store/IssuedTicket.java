package dev.freshet.ticket.store;

import dev.freshet.contract.ticket.Ticket;

/// A ticket that Redis knows.
///
/// @param ticket the secret, for its owner only
/// @param expiresAt when it can no longer be redeemed, ms since 1970
/// @param expiresIn the same in seconds from its issue, 1 to [Ticket#LIFE_SECONDS]
public record IssuedTicket(Ticket ticket, long expiresAt, int expiresIn) {}
