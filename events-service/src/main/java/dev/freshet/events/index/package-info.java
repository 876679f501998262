/// From the log to histories: copies every entry once, keeps malformed ones aside, trims the log, expires
/// histories.
@NullMarked
package dev.freshet.events.index;

import org.jspecify.annotations.NullMarked;
