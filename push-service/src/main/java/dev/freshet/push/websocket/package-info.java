/// WebSocket: admission before the upgrade, sessions, messages.
@NullMarked
package dev.freshet.push.websocket;

import org.jspecify.annotations.NullMarked;
