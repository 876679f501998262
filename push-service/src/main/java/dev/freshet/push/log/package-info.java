/// Reading the log: one tail per partition, every entry once, in order.
@NullMarked
package dev.freshet.push.log;

import org.jspecify.annotations.NullMarked;
