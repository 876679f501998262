/// Events, their ids, and cursors: positions in the log that clients hold.
@NullMarked
package dev.freshet.contract.event;

import org.jspecify.annotations.NullMarked;
