/// What clients and server say to each other over WebSocket and SSE.
@NullMarked
package dev.freshet.contract.message;

import org.jspecify.annotations.NullMarked;
