/// What a client that comes back with a cursor has missed.
@NullMarked
package dev.freshet.push.replay;

import org.jspecify.annotations.NullMarked;
