/// How bytes get to a connection's socket, and nothing of what they mean.
@NullMarked
package dev.freshet.push.wire;

import org.jspecify.annotations.NullMarked;
