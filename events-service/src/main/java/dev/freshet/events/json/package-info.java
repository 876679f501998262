/// Reading JSON bodies member by member, so that what is published goes on as the bytes that were sent.
@NullMarked
package dev.freshet.events.json;

import org.jspecify.annotations.NullMarked;
