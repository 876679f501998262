/// The way into the log: one append, one state of each partition.
@NullMarked
package dev.freshet.service.log;

import org.jspecify.annotations.NullMarked;
