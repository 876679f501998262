/// The log in Redis: keys, partitions, stream entries and the scripts that write them.
@NullMarked
package dev.freshet.contract.log;

import org.jspecify.annotations.NullMarked;
