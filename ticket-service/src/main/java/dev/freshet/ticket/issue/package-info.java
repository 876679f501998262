/// `POST /api/ws/ticket`: the request, how it narrows the caller's grants, and the answer.
@NullMarked
package dev.freshet.ticket.issue;

import org.jspecify.annotations.NullMarked;
