/// What every command does first: who asks, with which headers and which body.
@NullMarked
package dev.freshet.events.http;

import org.jspecify.annotations.NullMarked;
