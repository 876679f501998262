/// The log inspector: counts and keeps malformed entries that foreign producers wrote.
@NullMarked
package dev.freshet.events.inspect;

import org.jspecify.annotations.NullMarked;
