/// Problems: every refusal's stable name, status and shape (RFC 9457).
@NullMarked
package dev.freshet.contract.problem;

import org.jspecify.annotations.NullMarked;
